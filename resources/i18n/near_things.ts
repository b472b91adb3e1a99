<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" sourcelanguage="en">
 <context>
  <name>NearThings</name>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>x {west} to {east}, y {south} to {north} ({crs})</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>CRS without a code</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>“{name}” does not overlap the scene “{scene}”. The scene covers {place}; “{name}” covers {other}. Choose a layer of the same place, or put its CRS right.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>{name} has no CRS, so it has no place on the map. Assign one.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>{what} is {side} px wide, larger than the scene “{scene}” ({width} × {height} px).</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>The output {path} is a file; name a folder.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>The folder {path} holds other files ({names}…). Name a new folder for the output: it becomes a folder of its own.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>The output {path} exists. Tick “Replace existing output” to replace it, or name another folder.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>The folder {folder} is no tile dataset: it holds no dataset.json. Make one with “Build tile dataset”.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>There is no encoder file {path}. “Pretrain encoder” writes one in its run folder.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>The file {path} is no encoder: its name should end in .safetensors.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>The output {path} is {what} itself; name another file.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>the scene</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>“{two}” does not overlap “{one}”. “{one}” covers {one_place}; “{two}” covers {two_place}. Choose layers of the same place, or put their CRS right.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>The point {point} lies outside “{name}”, which covers {place}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/scenes.py" />
   <source>The path {path} holds a “+”, which separates the files of one scene. Rename the file or its folder, or stack the bands into one file.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/scenes.py" />
   <source>The layer “{name}” has no CRS, so it has no place on the map. Assign one with Raster &gt; Projections &gt; Assign projection.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/environment.py" />
   <source>Near Things needs a Python of its own with PyTorch. No program is at {path}. Set it up in Settings &gt; Options &gt; Near Things.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/environment.py" />
   <source>Near Things needs a Python of its own with PyTorch. There is no file at {path}. Set it up in Settings &gt; Options &gt; Near Things.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>tile {side} m</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>encoder {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>run {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>1 band</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>{count} bands</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>cell {side} m</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>a cell every {count} px</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>d MMMM yyyy</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/estimate.py" />
   <source>{cells} cells · {size}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/estimate.py" />
   <source>time unknown until the first map by this encoder</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/estimate.py" />
   <source>about {time}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/estimate.py" />
   <source>as fast as the last map by this encoder</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/estimate.py" />
   <source>judged by the speed of its training</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/heat_map.py" />
   <source>Similarity to the pins</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/preparing.py" />
   <source>Getting {name} ready for exploring</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/preparing.py" />
   <source>Stopped on request.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/scenes.py" />
   <source>{n} bands without names</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/scenes.py" />
   <source>The encoder needs the bands {wanted}; {scene} has {has}. Choose a scene with these bands, or train an encoder on the scene.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/scenes.py" />
   <source>The bands have no names; they are taken in this order: {bands}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/scenes.py" />
   <source>Pixels are {pixel} m wide here; the encoder learnt from {learnt} m. Vectors can be trusted less.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/scenes.py" />
   <source>{scene} (the encoder learnt from it)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/scenes.py" />
   <source>{name} ({count} files)</source>
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
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>Area</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>whole scenes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>map view</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>drawn rectangle</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>polygon layer</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>Draw…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>Drag a rectangle on the map</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>Polygon layer of the area</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>The map view</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>The drawn rectangle</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>The area “{name}”</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>Area: draw a rectangle on the map, with “Draw…”.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>Area: the project has no polygon layer. Add one, or choose another area.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>Bands of {scene}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>Encoders know bands by name: give the same band the same name in all your scenes. The wavelength is for your records.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>Bands</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>Band</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>File</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>Name</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>Wavelength (µm)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>Band {number}: “{text}” is no wavelength. Write micrometres, such as 0.865.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Estimate</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Preview</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Show the planned tiles on the map, coloured by split, before anything is written</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Build</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Cut the scenes into a tile dataset</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>More</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>More about this build</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Copy as command line</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Remove the preview</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>measuring the time…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Take {count}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>planning the tiles…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>The command line was copied.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Build {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Try again</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>{name} is ready: {count} chips.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Train an encoder</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>{count} chips · {size}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Classes of {layer}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Fill from</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>this table</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>the layer's own classes and colours</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Classes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Codes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Colour</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Counts as</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Codes that mean no data, separated by commas</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>an error: the build stops and names them</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>left out: they belong to no class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>No-data codes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Codes not listed are</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Import…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Export…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Merge selected rows</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Count the codes of the selected rows as one class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Add row</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Remove rows</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Unticked codes belong to no class and are not counted</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Colour of {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>“{name}” is used as it is: its layers have a band for each class.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>{count} classes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Select two rows or more to merge them.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>New class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Class table</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Class tables</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>{path} cannot be written: {reason}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Show or hide the tiles on the map</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Show the tiles of {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>More for this dataset</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>More for {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Use for training</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Show tiles by split</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Show tiles by class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Show tiles by class (it has no land cover)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Information…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Open folder</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Remove…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Tiles: {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>The tiles in {path} cannot be read. Build the dataset again.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Remove {name} with its {count} chips from the disk? Scenes, land cover, runs and maps stay. This cannot be undone.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Remove dataset</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>{name} could not be removed: {reason}. Close what uses it.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Datasets</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Import tiles…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Make a dataset of tiles that are cut already: images, arrays, records</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>None yet. A dataset is what encoders learn from, built of scenes.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/empty_state.py" />
   <source>&lt;b&gt;Start with your layers.&lt;/b&gt; The project has no raster files yet. Add the satellite or aerial imagery that you want to learn from, and a land-cover layer where you have one.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/empty_state.py" />
   <source>Add layer…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/empty_state.py" />
   <source>Try it on the sample landscape</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/empty_state.py" />
   <source>Writes a small synthetic landscape into the work folder, in some seconds</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/footprints.py" />
   <source>No land cover</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/footprints.py" />
   <source>Not built yet: what “Build” would cut.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/footprints.py" />
   <source>Planned tiles</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>Land cover</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>Field of the class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>Field of the polygons that holds the class</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>none</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>The land cover “{name}” has no CRS, so it has no place on the map. Assign one with Raster &gt; Projections &gt; Assign projection.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>The land cover “{name}” names no classes. Name them with the button beside it, or fill them from a built-in table.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>The codes were seen in a sample of this large layer: rare ones may lack. The build stops at a code that is not listed, unless such codes are left out.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>Edit names, colours and merging of the classes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>looking…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>{count} classes…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/layer_file.py" />
   <source>The layer “{name}” could not be written to a temporary GeoPackage: {reason}. Export it to a file, and take that layer.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/look_task.py" />
   <source>Look for classes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>within </source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Name of the dataset</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Tile</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Neighbours</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Tiles</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Scenes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Looking at the land cover…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Reading the area…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Reading the land cover…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>The folder {folder} cannot be written to: {reason}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Bands, pixel</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Date</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Scene</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Add file…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Add a raster file to the project</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Bands…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Choose bands, and give them names and wavelengths</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Double-click to write the date, as 2013-06-01</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>No scene is ticked.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>“{text}” is no date: write it as 2013-06-01.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Rasters</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>{path} is no raster that can be read.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Help</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Newer packages belong to this version of Near Things</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Update…</source>
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
   <source>Try the sample landscape</source>
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
   <source>Sample landscape, work folder and settings</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Help (F1)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Writing the sample landscape…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Folder of datasets, runs and maps</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/kept_layers.py" />
   <source>Pins</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/kept_layers.py" />
   <source>Nearest places</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/kept_layers.py" />
   <source>Areas</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/kept_layers.py" />
   <source>Similarity</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/kept_layers.py" />
   <source>A search kept in {folder}, threshold {threshold}; search.json says its pins.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/kept_layers.py" />
   <source>Examples</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/kept_layers.py" />
   <source>Counter-examples</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Make an embedding map</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Encoder</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Choose an encoder file</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Choose the scene's files: one, or one for each band</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Stride</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Scene pixels from one map cell to the next: half a tile is usual</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Make embedding map</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>A cell every</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>{name} · {method}, {bands}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>No run in the work folder has an encoder yet. Train one, or choose a file.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Choose a scene: add it to the project, or name its files.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Choose an encoder</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Encoders</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>{path} is no encoder of Near Things. Choose an encoder.safetensors.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Choose the scene's files</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>{files} cannot be opened as rasters. Choose other files.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Explore a map</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Map or dataset</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Choose a map's file</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Show it on the map</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Find similar</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Scatter plot</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Clusters</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Classify from my labels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Change between dates</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Kept searches</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Double-click opens a search again</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>{path} is no embedding map. Choose one that Near Things made.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>{dataset} (tiles, by {encoder})</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>The first search lays its vectors out, which takes a moment.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Click a place: see where it looks like that, and the places most like it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>All vectors as points, linked with the map</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Group the map into kinds of land</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>A class map from a few labels of yours</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Where the land looks different in another map</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>“{tool}” is not part of this version.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Make an embedding map first, or choose one.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>A tile dataset can be searched; the other tools need an embedding map.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Embedding (PCA): {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Choose an embedding map</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Embedding maps</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_tool.py" />
   <source>There are no vectors here. Click inside the map that is searched.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_tool.py" />
   <source>There are no vectors here. The pin stays where it was.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/page.py" />
   <source>Kept as “{name}”.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/pin_editor.py" />
   <source>New search</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/pin_editor.py" />
   <source>Add counter-example</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/pin_editor.py" />
   <source>Add example</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/pin_editor.py" />
   <source>Move pin</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/pin_editor.py" />
   <source>Turn pin</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/pin_editor.py" />
   <source>Remove pin</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/pin_editor.py" />
   <source>Remove all pins</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/places_view.py" />
   <source>Place {rank}, similarity {similarity}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Back to the page; the search is put away</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Back</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Find similar · {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Point on the map</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Use the pointer on the map for this search</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Places at least</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Neighbouring tiles see the same ground: they are always alike</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Least distance between places, in metres</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Other scenes only</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Threshold of similarity</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>The map shows what is at least so similar</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Dim the rest</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Darken the map where it is less alike than the threshold</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Keep…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Write places, heat map, areas and pins as layers</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Undo</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Redo</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Undo (Ctrl+Z)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Redo (Ctrl+Shift+Z)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>apart</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Show</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>{count} places of {total}, in {seconds} s.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>The scene's files are not where they were, so there are no pictures.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Shift-click adds an example, Ctrl-click a counter-example.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>There are only counter-examples. Shift-click a place to add an example.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Click a place on the map: the map shows where it looks like that, and the places most like it appear here.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Keep this search</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/forms/settings_form.py" />
   <source>as the method has it</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/forms/settings_form.py" />
   <source>default</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/forms/settings_form.py" />
   <source>{help} (default: {value})</source>
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
   <location filename="../../qgis_plugin/gui/options.py" />
   <source>Python of the backend</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/options.py" />
   <source>Check</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/options.py" />
   <source>Look whether this Python has all that the jobs need</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/options.py" />
   <source>Python</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/options.py" />
   <source>Python in use</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/options.py" />
   <source>The environment variable {name} names the Python: {path}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/options.py" />
   <source>Checking… this takes a few seconds.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/choices.py" />
   <source>X axis</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/choices.py" />
   <source>Y axis</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/choices.py" />
   <source>Colour by</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/choices.py" />
   <source>One colour</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/exports.py" />
   <source>Save the plot as a picture</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/exports.py" />
   <source>Pictures (*.png)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/exports.py" />
   <source>Save the selection as a layer</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/exports.py" />
   <source>Saved: {path}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/exports.py" />
   <source>{path} could not be written. {error} Choose another folder.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/exports.py" />
   <source>{path} cannot be opened.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/legend.py" />
   <source>From {low} to {high}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/legend.py" />
   <source>Legend</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/legend.py" />
   <source>Untick a class to hide it; double-click it to select its points</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/legend.py" />
   <source>{label}: {count} points</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>The layer no longer has the fields of the axes. Choose others.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>Reading the features of “{layer}”…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>Read points of the scatter plot</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>The layer could not be read: {error}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>“{layer}” has no feature with both coordinates.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>The layer was removed from the project. Choose another one.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>{count} points</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>{count} selected</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>{count} without coordinates</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>Feature {number}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>others</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/projecting.py" />
   <source>Compute PCA of {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/projecting.py" />
   <source>{share} % of the variance</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/projecting.py" />
   <source>PCA of {name}, shares of the variance: {shares}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/sources.py" />
   <source>{name} (embedding map)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/sources.py" />
   <source>{layer} (raster)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/tools.py" />
   <source>Select by lasso (Shift adds, Ctrl removes)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/tools.py" />
   <source>Select by rectangle (Shift adds, Ctrl removes)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/tools.py" />
   <source>Move the plot</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/umap_form.py" />
   <source>UMAP is not part of this version. PCA shows the same vectors.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/umap_form.py" />
   <source>Choose an embedding map or a tile dataset to compute UMAP.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>What to show</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Compute PCA</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Draw up to 100,000 of the vectors by their two principal components</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Compute UMAP…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Show all points</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Zoom the map to the selection</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Select nothing</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Save the selection as a layer…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Save the plot as a picture…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Compute PCA to see these embeddings as points that become a layer on the map.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Choose above what to show.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Nothing to show yet. A scatter plot needs a vector layer with two number fields, or an embedding map: make one on the page “Explore”.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Neighbours stay neighbours, as well as a plane allows; takes minutes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>The principal components could not be computed: {error}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/session.py" />
   <source>Set up…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/session.py" />
   <source>Write sample landscape</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Near Things works in a Python of its own with PyTorch. It lies outside QGIS, in a folder of its own: nothing is installed into QGIS.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Looking for Pythons and GPUs…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Set up</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Use an existing Python…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>One that has all packages already; it is checked first</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Details</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>How the set-up works, also without a network</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Retry</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Copy diagnostics</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Versions, steps and the log's end, without names and logins, to the clipboard</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Near Things needs its own Python with PyTorch</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Update</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Python: {path}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Set up again</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>no Python that is fit</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>uv will fetch Python {version}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Found: {python}. {reason}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Install Python 3.11, 3.12 or 3.13 with its venv module, or name one under Details.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>The environment variable {name} names {path}, where no Python is: unset it and start QGIS again.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Copied</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Python that has PyTorch and the packages</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Ready: {path}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/checker.py" />
   <source>This Python could not run the check.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/checker.py" />
   <source>No answer within {seconds} s.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>CPU</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>NVIDIA GPU (CUDA 13)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>about</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>{name}: {download:g} GB to download, {about}{disk:g} GB on disk</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>{name}: not finished</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>none yet</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>in use</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>of an earlier version</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Remove</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Remove {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Other…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Name a Python that was not found</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Folder of environments</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>The environment variable {name} names the folder</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Folder of wheels</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>none: download</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>For a machine without a network: see the help page</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>PyTorch for</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Folder</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Offline, from</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>There already</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Python 3.11 to 3.13</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>That is no Python, or it gave no answer.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/progress_panel.py" />
   <source>less than a minute left</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/progress_panel.py" />
   <source>about {minutes} min left</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/progress_panel.py" />
   <source>Log</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/progress_panel.py" />
   <source>Log of the set-up</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/progress_panel.py" />
   <source>Progress of the set-up</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/progress_panel.py" />
   <source>Cancel</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/progress_panel.py" />
   <source>What is downloaded stays: a retry goes on from there</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/advice_label.py" />
   <source>Which method?</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/advice_label.py" />
   <source>Opens the manual in the browser</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/advice_label.py" />
   <source>For this dataset start with {method}: {reason}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/comparison.py" />
   <source>Metric</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/comparison.py" />
   <source>Share of validation tiles whose land cover their neighbours tell</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/comparison.py" />
   <source>How far apart the embeddings lie: about 1 is healthy, near 0 collapsed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/comparison.py" />
   <source>Logarithmic</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/comparison.py" />
   <source>What differs between the runs</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/comparison.py" />
   <source>step</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/estimate_line.py" />
   <source>Measure</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/estimate_line.py" />
   <source>Train 10 steps in a temporary folder and take the time</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/estimate_line.py" />
   <source>Measuring 10 steps…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/estimate_line.py" />
   <source>Not measured.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/estimate_line.py" />
   <source>{steps} steps. No run like this was measured on this computer yet.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/estimate_line.py" />
   <source>{steps} steps · about {time}, by the rate of the run “{run}”</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/estimate_line.py" />
   <source>{steps} steps · about {time}, by a dry run just now; checkpoints come on top</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/follower.py" />
   <source>Read runs</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/log_dialog.py" />
   <source>Log of {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/log_dialog.py" />
   <source>It wrote no free text, or was not started from QGIS.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/method_finder.py" />
   <source>Find a method</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/method_finder.py" />
   <source>All {count}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/method_list.py" />
   <source>Needs: {needs}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/method_list.py" />
   <source>Method</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Tile dataset</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Preset</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Device</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>GPU where there is one</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>NVIDIA GPU (CUDA)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Processor (CPU)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Steps</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Name of the run</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>▸ Parameters</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Start</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>No tile dataset yet: build one on the page “Data”.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>{count} tiles to learn from · {side} px · {bands}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Sound defaults</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>{count} (default)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>{count} epochs (default)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>None of the methods suits this dataset; the list says what lacks.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>▾ Parameters</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>The command line is on the clipboard.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Training</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>New run</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>No runs yet.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>Runs</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>Delete run</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>Delete the run “{name}” with its encoder and checkpoints?</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>The run “{name}” could not be deleted: {reason}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>The run “{name}” is done.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>Show in map</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>The run “{name}” did not end well: {problem}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>Show log</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/probe.py" />
   <source>Measure the training's speed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Show in the large chart below, and compare</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Resume</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Go on from the last checkpoint</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Make an embedding map with this encoder</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Compare</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Clone: same settings in the form above</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Delete…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Stop now</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Wait no longer for the checkpoint; steps since the last one are lost</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Write a checkpoint and end; Resume goes on from there</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Stop the run first</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Run {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Loss</source>
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
  <message>
   <location filename="../../qgis_plugin/gui/window.py" />
   <source>Open settings</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/layers.py" />
   <source>The layer “{name}” is no raster file: it comes from the provider “{provider}”. Save it as a GeoTIFF first (Export &gt; Save as).</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/layers.py" />
   <source>The layer “{name}” could not be written to a temporary GeoPackage.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/layers.py" />
   <source>The layer “{name}” is neither raster nor vector.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/process.py" />
   <source>The backend could not be started: {reason}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/process.py" />
   <source>The backend was killed or crashed before it could say why.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/process.py" />
   <source>The backend ended ({status}) before it could say why.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/process.py" />
   <source>It left no message.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/process.py" />
   <source>Its last words:</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/progress.py" />
   <source>{n} of {total}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/progress.py" />
   <source>{rate} a second</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/progress.py" />
   <source>about {time} left</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/advice.py" />
   <source>it learns from the triplets that this dataset brings</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/advice.py" />
   <source>it is told by the land cover what the ground is</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/advice.py" />
   <source>neighbours are real views of the same kind of land</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/advice.py" />
   <source>it needs the tile alone, and learns fast from few of them</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/advice.py" />
   <source>{count} tiles are few: a run learns more from some thousands.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>Choose a tile dataset first.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>the dataset's record cannot be read</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>neighbours</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>{count} dates</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>land cover</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>tiles on the ground</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>{count} bands or more</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>{count} named bands</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>red, green and blue</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>tiles of {size} px or more</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>kNN accuracy</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Learning rate</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Spread</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Images a second</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Starting…</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Running</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Stopped</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Done</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Failed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Ended without a word</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>step {step} of {total}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>loss {loss}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>kNN {percent} %</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>took {time}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>{rate} steps a second</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>The backend ended before it could say why.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Its process is gone: killed, out of memory, or the computer went off. Resume goes on from the last checkpoint.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>no</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>yes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/accelerators.py" />
   <source>PyTorch for macOS has one build.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/accelerators.py" />
   <source>No NVIDIA GPU with a driver was found → CPU build suggested.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/accelerators.py" />
   <source>{name}, driver {driver}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/accelerators.py" />
   <source>the GPU build needs driver {least} or later; update it to use the GPU</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/accelerators.py" />
   <source>{found}: {why} → CPU build suggested.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/accelerators.py" />
   <source>its compute capability {has} is below the {least} that the GPU build needs</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/accelerators.py" />
   <source>{found} → GPU build suggested.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The disk is full</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Free some space, or choose another folder under Details, then retry.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The folder of the environment cannot be written</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Choose a folder of your own under Details, then retry.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The proxy refused the connection</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Enter the proxy with its user in Settings &gt; Options &gt; Network (type HttpProxy), then retry.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The server's certificate could not be verified</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Have your administrator's certificate set (pip's option cert), or install from a wheel folder under Details.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The package server could not be reached</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Look whether the network lets it through, then retry; without a network, install from a wheel folder under Details.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Another program, often the virus scanner, holds a file of the environment</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Let the scanner leave out the environment's folder, or wait a minute; then retry.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>A package was not found in the version that is needed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Choose another Python under Details; with a wheel folder or a mirror of your own, add the package that is named to it.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>This Python cannot make an environment</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Choose another Python under Details, or install one with its venv module (on Debian and Ubuntu: python3-venv).</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>A package has no ready build for this Python and would have to be compiled</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Choose Python 3.11 or 3.12 (64 bits) under Details, then retry.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>PyTorch could not be loaded: the Microsoft Visual C++ runtime is missing</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Install the Microsoft Visual C++ Redistributable 2015–2022 (x64), then retry.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>PyTorch was installed, but it does not see the GPU</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Update the NVIDIA driver and retry, or choose the CPU build under Details.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The environment was made, but its check failed</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Retry; if it fails again, copy the diagnostics and report them.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Another set-up is at work in the same folder</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Wait until it is done, or close the other QGIS; then retry.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The set-up was cancelled</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Retry goes on with what is there already.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The set-up failed for a reason that is not known</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Look at the log; retry, or copy the diagnostics and report them.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/installer.py" />
   <source>process {number}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pip_progress.py" />
   <source>Unpacking</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pip_progress.py" />
   <source>Unpacking: {done} of {total} packages</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pip_progress.py" />
   <source>Asking for the packages</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pip_progress.py" />
   <source>Getting {name}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pip_progress.py" />
   <source>{done} of {total} packages</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>The folder's path is too long for Windows: choose one of at most {count} characters, as C:\nt.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>Downloads go through the proxy {host}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>You may not write into {folder}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>{folder} has {free} GB free; {needed} GB are needed.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>The folder is on a network drive: PyTorch will start slowly.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>OneDrive would copy the folder; choose one outside it.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>There are no wheels (.whl) in {folder}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>Another set-up is at work there (process {number}).</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>{name} is not fit: the packages need {least} to {most}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>{name} is a 32-bit build; PyTorch needs 64 bits.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>{name} is {kind}; PyTorch needs CPython.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>{name} lacks the venv module (on Debian and Ubuntu: install python3-venv).</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>{name} is for Intel processors, for which PyTorch has no build on macOS any more.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>PyTorch needs macOS {least} or later; this is {has}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>PyTorch needs Linux with glibc {least} or later; this has {has}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>another</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/removal.py" />
   <source>Remove environment</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/steps.py" />
   <source>Making the environment</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/steps.py" />
   <source>Updating pip</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/steps.py" />
   <source>Installing PyTorch</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/steps.py" />
   <source>Installing packages</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/steps.py" />
   <source>Checking the environment</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/areas.py" />
   <source>The area could not be written to {path}: {reason}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/areas.py" />
   <source>{name} lies outside the scene “{scene}”, which covers {place}. Move the map there, or choose another area.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/areas.py" />
   <source>{name} is {width} px wide within the scenes, and a tile with its neighbours {chip} px. Choose a larger area, or a smaller tile or radius.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/bands.py" />
   <source>Bands: tick at least one band.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/bands.py" />
   <source>Bands: band {number} has no name. Write one, such as red.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/bands.py" />
   <source>Bands: two bands are named “{name}”. Encoders tell bands by name: rename one.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>Class table: tick at least one class.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>no data</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>Class table: the class of code {codes} has no name. Write one.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>Class table: code {code} stands in “{one}” and in “{other}”. Take it out of one of them.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>The class table {path} cannot be read: {reason}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>The file {path} is no class table: it has no list of classes.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>The class table {path} has a class without a name.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>The class table {path} is for layers whose bands are classes; choose it as it is, it cannot be edited here.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>{count} chips</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>{count} scenes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>1 scene</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>Folder: {folder}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>Chips: {count} ({splits})</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>Tile: {tile} px = {tile_m} m; neighbours within {radius} px = {radius_m} m</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>Bands: {bands}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>Scene: {scene}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>Classes: {names}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>On disk: {size}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>Written by: {software}</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>The folder {folder} stays: it holds other files ({names}).</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/estimates.py" />
   <source>{train} for training, {validation} for validation, {test} for testing. At most {fitting} chips fit. A chip takes {size}. The time was measured on a few chips of this build.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/estimates.py" />
   <source>{count} bytes</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/estimates.py" />
   <source>The dataset would take {needed}, and {folder} has {free} free. Take fewer tiles, or choose another work folder (⚙).</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/estimates.py" />
   <source>it left no message</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/estimates.py" />
   <source>The estimate ended before it could say why: {reason}.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>Scenes: tick at least one scene.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>A tile</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>A tile with its neighbours (the radius on each side)</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>Choose a smaller tile.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>Choose a smaller radius.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>The scene is in degrees: its pixels are wider in one direction on the ground. Metres are measured at its centre.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>Dates are written only when each ticked scene has one.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>Of “{name}” the first band is read as classes.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/scene_sources.py" />
   <source>The scenes differ in bands: “{first}” has {one}, “{other}” {two}. Untick one of them.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/scene_sources.py" />
   <source>The scenes differ in data type: “{first}” has {one}, “{other}” {two}. Convert one (Raster &gt; Conversion &gt; Translate), or untick it.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/scene_sources.py" />
   <source>The scenes differ in pixel size: “{first}” has {one}, “{other}” {two}. A tile is cut in pixels: untick one.</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/scene_sources.py" />
   <source>{bits}-bit numbers</source>
   <translation type="unfinished" />
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/scene_sources.py" />
   <source>{bits}-bit whole numbers</source>
   <translation type="unfinished" />
  </message>
 </context>
</TS>
