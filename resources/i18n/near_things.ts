<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" sourcelanguage="en">
 <context>
  <name>NearThings</name>
  <message>
   <location filename="../../qgis_plugin/gui/algorithm_job.py" />
   <source>Stopped on request.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/algorithm_job.py" />
   <source>“{title}” ended without saying why.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/algorithm_job.py" />
   <source>The layer {path} cannot be opened.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/charts/line_chart.py" />
   <source>Chart</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/charts/line_chart.py" />
   <source>No values yet</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/charts/line_chart.py" />
   <source>{name}: {last} at {x_label} {x}, lowest {low}, highest {high}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Open settings</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Help</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>① Data</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>② Train</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>③ Explore</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Work folder…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Settings…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Work folder and settings</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Help (F1)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Folder of datasets, runs and maps</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/job_bar.py" />
   <source>Progress</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/job_bar.py" />
   <source>Stop</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/job_bar.py" />
   <source>Stopping…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/session.py" />
   <source>Write sample landscape</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/session.py" />
   <source>Try again</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/window.py" />
   <source>Near Things: learn what land looks like, and map it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/window.py" />
   <source>Open the panel</source>
   <translation type="unfinished" />
  </message>
 </context>
</TS>
