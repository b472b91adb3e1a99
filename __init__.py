"""Near Things as QGIS sees it: the repository's root is the plugin's folder."""


def classFactory(iface):
    """The plugin, as QGIS asks for it; `iface` is None under qgis_process."""
    from .qgis_plugin.plugin import NearThingsPlugin

    return NearThingsPlugin(iface)
