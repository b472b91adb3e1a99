<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" sourcelanguage="en" language="de">
 <context>
  <name>NearThings</name>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>x {west} to {east}, y {south} to {north} ({crs})</source>
   <translation>x {west} bis {east}, y {south} bis {north} ({crs})</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>CRS without a code</source>
   <translation>KBS ohne Kennung</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>“{name}” does not overlap the scene “{scene}”. The scene covers {place}; “{name}” covers {other}. Choose a layer of the same place, or put its CRS right.</source>
   <translation>„{name}“ überlappt die Szene „{scene}“ nicht. Die Szene bedeckt {place}; „{name}“ bedeckt {other}. Einen Layer desselben Ortes wählen oder sein KBS berichtigen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>{name} has no CRS, so it has no place on the map. Assign one.</source>
   <translation>{name} hat kein KBS und damit keinen Ort auf der Karte. Eines zuweisen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>{what} is {side} px wide, larger than the scene “{scene}” ({width} × {height} px).</source>
   <translation>{what} ist {side} px breit, größer als die Szene „{scene}“ ({width} × {height} px).</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>The output {path} is a file; name a folder.</source>
   <translation>Die Ausgabe {path} ist eine Datei; einen Ordner nennen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>The folder {path} holds other files ({names}…). Name a new folder for the output: it becomes a folder of its own.</source>
   <translation>Der Ordner {path} enthält andere Dateien ({names} …). Für die Ausgabe einen neuen Ordner nennen: Sie bekommt einen eigenen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>The output {path} exists. Tick “Replace existing output” to replace it, or name another folder.</source>
   <translation>Die Ausgabe {path} gibt es schon. „Replace existing output“ ankreuzen, um sie zu ersetzen, oder einen anderen Ordner nennen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>The folder {folder} is no tile dataset: it holds no dataset.json. Make one with “Build tile dataset”.</source>
   <translation>Der Ordner {folder} ist kein Kacheldatensatz: Er enthält keine dataset.json. Einen mit „Build tile dataset“ bauen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>There is no encoder file {path}. “Pretrain encoder” writes one in its run folder.</source>
   <translation>Es gibt keine Encoder-Datei {path}. „Pretrain encoder“ schreibt eine in seinen Laufordner.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>The file {path} is no encoder: its name should end in .safetensors.</source>
   <translation>Die Datei {path} ist kein Encoder: Ihr Name sollte auf .safetensors enden.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>The output {path} is {what} itself; name another file.</source>
   <translation>Die Ausgabe {path} ist {what} selbst; eine andere Datei nennen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>the scene</source>
   <translation>die Szene</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>“{two}” does not overlap “{one}”. “{one}” covers {one_place}; “{two}” covers {two_place}. Choose layers of the same place, or put their CRS right.</source>
   <translation>„{two}“ überlappt „{one}“ nicht. „{one}“ bedeckt {one_place}; „{two}“ bedeckt {two_place}. Layer desselben Ortes wählen oder ihre KBS berichtigen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/checks.py" />
   <source>The point {point} lies outside “{name}”, which covers {place}.</source>
   <translation>Der Punkt {point} liegt außerhalb von „{name}“, das {place} bedeckt.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/scenes.py" />
   <source>The path {path} holds a “+”, which separates the files of one scene. Rename the file or its folder, or stack the bands into one file.</source>
   <translation>Der Pfad {path} enthält ein „+“, das die Dateien einer Szene trennt. Die Datei oder ihren Ordner umbenennen oder die Kanäle in einer Datei stapeln.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/algorithms/scenes.py" />
   <source>The layer “{name}” has no CRS, so it has no place on the map. Assign one with Raster &gt; Projections &gt; Assign projection.</source>
   <translation>Der Layer „{name}“ hat kein KBS und damit keinen Ort auf der Karte. Eines zuweisen: Raster &gt; Projektionen &gt; Projektion zuweisen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/environment.py" />
   <source>Near Things needs a Python of its own with PyTorch. No program is at {path}. Set it up in Settings &gt; Options &gt; Near Things.</source>
   <translation>Near Things braucht ein eigenes Python mit PyTorch. Unter {path} ist kein Programm. Einzurichten unter Einstellungen &gt; Optionen &gt; Near Things.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/environment.py" />
   <source>Near Things needs a Python of its own with PyTorch. There is no file at {path}. Set it up in Settings &gt; Options &gt; Near Things.</source>
   <translation>Near Things braucht ein eigenes Python mit PyTorch. Unter {path} ist keine Datei. Einzurichten unter Einstellungen &gt; Optionen &gt; Near Things.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>tile {side} m</source>
   <translation>Kachel {side} m</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>encoder {name}</source>
   <translation>Encoder {name}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>run {name}</source>
   <translation>Lauf {name}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>1 band</source>
   <translation>1 Kanal</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>{count} bands</source>
   <translation>{count} Kanäle</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>cell {side} m</source>
   <translation>Zelle {side} m</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>a cell every {count} px</source>
   <translation>eine Zelle alle {count} px</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/about.py" />
   <source>d MMMM yyyy</source>
   <translation>d. MMMM yyyy</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/estimate.py" />
   <source>{cells} cells · {size}</source>
   <translation>{cells} Zellen · {size}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/estimate.py" />
   <source>time unknown until the first map by this encoder</source>
   <translation>Dauer unbekannt bis zur ersten Karte mit diesem Encoder</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/estimate.py" />
   <source>about {time}</source>
   <translation>etwa {time}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/estimate.py" />
   <source>as fast as the last map by this encoder</source>
   <translation>so schnell wie die letzte Karte mit diesem Encoder</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/estimate.py" />
   <source>judged by the speed of its training</source>
   <translation>nach der Geschwindigkeit seines Trainings geschätzt</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/heat_map.py" />
   <source>Similarity to the pins</source>
   <translation>Ähnlichkeit zu den Nadeln</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/preparing.py" />
   <source>Getting {name} ready for exploring</source>
   <translation>{name} wird zum Erkunden vorbereitet</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/preparing.py" />
   <source>Stopped on request.</source>
   <translation>Auf Wunsch angehalten.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/scenes.py" />
   <source>{n} bands without names</source>
   <translation>{n} Kanäle ohne Namen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/scenes.py" />
   <source>The encoder needs the bands {wanted}; {scene} has {has}. Choose a scene with these bands, or train an encoder on the scene.</source>
   <translation>Der Encoder braucht die Kanäle {wanted}; {scene} hat {has}. Eine Szene mit diesen Kanälen wählen oder einen Encoder auf der Szene trainieren.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/scenes.py" />
   <source>The bands have no names; they are taken in this order: {bands}.</source>
   <translation>Die Kanäle haben keine Namen; sie werden in dieser Reihenfolge genommen: {bands}.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/scenes.py" />
   <source>Pixels are {pixel} m wide here; the encoder learnt from {learnt} m. Vectors can be trusted less.</source>
   <translation>Die Pixel sind hier {pixel} m breit; der Encoder hat aus {learnt} m gelernt. Den Vektoren ist weniger zu trauen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/scenes.py" />
   <source>{scene} (the encoder learnt from it)</source>
   <translation>{scene} (der Encoder hat aus ihr gelernt)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/explore/scenes.py" />
   <source>{name} ({count} files)</source>
   <translation>{name} ({count} Dateien)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/algorithm_job.py" />
   <source>“{title}” ended without saying why.</source>
   <translation>„{title}“ endete ohne Angabe eines Grundes.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/algorithm_job.py" />
   <source>The layer {path} cannot be opened.</source>
   <translation>Der Layer {path} lässt sich nicht öffnen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/charts/line_chart.py" />
   <source>Chart</source>
   <translation>Diagramm</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/charts/line_chart.py" />
   <source>No values yet</source>
   <translation>Noch keine Werte</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/charts/line_chart.py" />
   <source>{name}: {last} at {x_label} {x}, lowest {low}, highest {high}</source>
   <translation>{name}: {last} bei {x_label} {x}, Minimum {low}, Maximum {high}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>Area</source>
   <translation>Gebiet</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>whole scenes</source>
   <translation>ganze Szenen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>map view</source>
   <translation>Kartenansicht</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>drawn rectangle</source>
   <translation>gezeichnetes Rechteck</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>polygon layer</source>
   <translation>Polygonlayer</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>Draw…</source>
   <translation>Zeichnen …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>Drag a rectangle on the map</source>
   <translation>Auf der Karte ein Rechteck aufziehen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>Polygon layer of the area</source>
   <translation>Polygonlayer des Gebiets</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>The map view</source>
   <translation>Die Kartenansicht</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>The drawn rectangle</source>
   <translation>Das gezeichnete Rechteck</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>The area “{name}”</source>
   <translation>Das Gebiet „{name}“</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>Area: draw a rectangle on the map, with “Draw…”.</source>
   <translation>Gebiet: mit „Zeichnen …“ ein Rechteck auf der Karte zeichnen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/area_box.py" />
   <source>Area: the project has no polygon layer. Add one, or choose another area.</source>
   <translation>Gebiet: Das Projekt hat keinen Polygonlayer. Einen hinzufügen oder ein anderes Gebiet wählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>Bands of {scene}</source>
   <translation>Kanäle von {scene}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>Encoders know bands by name: give the same band the same name in all your scenes. The wavelength is for your records.</source>
   <translation>Encoder kennen Kanäle beim Namen: gleiche Kanäle in allen Szenen gleich benennen. Die Wellenlänge dient der eigenen Übersicht.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>Bands</source>
   <translation>Kanäle</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>Band</source>
   <translation>Kanal</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>File</source>
   <translation>Datei</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>Name</source>
   <translation>Name</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>Wavelength (µm)</source>
   <translation>Wellenlänge (µm)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/bands_dialog.py" />
   <source>Band {number}: “{text}” is no wavelength. Write micrometres, such as 0.865.</source>
   <translation>Kanal {number}: „{text}“ ist keine Wellenlänge. Mikrometer schreiben, etwa 0.865.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Estimate</source>
   <translation>Schätzung</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Preview</source>
   <translation>Vorschau</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Show the planned tiles on the map, coloured by split, before anything is written</source>
   <translation>Die geplanten Kacheln nach Aufteilung gefärbt auf der Karte zeigen, bevor etwas geschrieben wird</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Build</source>
   <translation>Bauen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Cut the scenes into a tile dataset</source>
   <translation>Die Szenen in einen Kacheldatensatz schneiden</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>More</source>
   <translation>Mehr</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>More about this build</source>
   <translation>Mehr zu diesem Bau</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Copy as command line</source>
   <translation>Als Befehlszeile kopieren</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Remove the preview</source>
   <translation>Vorschau entfernen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>measuring the time…</source>
   <translation>die Dauer wird gemessen …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Take {count}</source>
   <translation>{count} nehmen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>planning the tiles…</source>
   <translation>die Kacheln werden geplant …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>The command line was copied.</source>
   <translation>Die Befehlszeile wurde kopiert.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Build {name}</source>
   <translation>{name} bauen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Try again</source>
   <translation>Noch einmal versuchen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>{name} is ready: {count} chips.</source>
   <translation>{name} ist fertig: {count} Chips.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>Train an encoder</source>
   <translation>Encoder trainieren</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/build_box.py" />
   <source>{count} chips · {size}</source>
   <translation>{count} Chips · {size}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Classes of {layer}</source>
   <translation>Klassen von {layer}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Fill from</source>
   <translation>Füllen aus</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>this table</source>
   <translation>dieser Tabelle</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>the layer's own classes and colours</source>
   <translation>den eigenen Klassen und Farben des Layers</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Classes</source>
   <translation>Klassen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Codes</source>
   <translation>Codes</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Colour</source>
   <translation>Farbe</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Counts as</source>
   <translation>Zählt als</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Codes that mean no data, separated by commas</source>
   <translation>Codes ohne Daten, durch Kommas getrennt</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>an error: the build stops and names them</source>
   <translation>ein Fehler: Der Bau hält an und nennt sie</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>left out: they belong to no class</source>
   <translation>ausgelassen: Sie gehören zu keiner Klasse</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>No-data codes</source>
   <translation>Codes ohne Daten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Codes not listed are</source>
   <translation>Nicht genannte Codes sind</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Import…</source>
   <translation>Importieren …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Export…</source>
   <translation>Exportieren …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Merge selected rows</source>
   <translation>Gewählte Zeilen vereinen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Count the codes of the selected rows as one class</source>
   <translation>Die Codes der gewählten Zeilen als eine Klasse zählen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Add row</source>
   <translation>Zeile hinzufügen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Remove rows</source>
   <translation>Zeilen entfernen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Unticked codes belong to no class and are not counted</source>
   <translation>Codes ohne Häkchen gehören zu keiner Klasse und zählen nicht</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Colour of {name}</source>
   <translation>Farbe von {name}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>“{name}” is used as it is: its layers have a band for each class.</source>
   <translation>„{name}“ wird genommen, wie sie ist: Ihre Layer haben einen Kanal je Klasse.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>{count} classes</source>
   <translation>{count} Klassen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Select two rows or more to merge them.</source>
   <translation>Zum Vereinen zwei oder mehr Zeilen wählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>New class</source>
   <translation>Neue Klasse</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Class table</source>
   <translation>Klassentabelle</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>Class tables</source>
   <translation>Klassentabellen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/class_table_dialog.py" />
   <source>{path} cannot be written: {reason}.</source>
   <translation>{path} lässt sich nicht schreiben: {reason}.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Show or hide the tiles on the map</source>
   <translation>Kacheln auf der Karte zeigen oder verbergen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Show the tiles of {name}</source>
   <translation>Kacheln von {name} zeigen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>More for this dataset</source>
   <translation>Mehr zu diesem Datensatz</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>More for {name}</source>
   <translation>Mehr zu {name}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Use for training</source>
   <translation>Zum Training nehmen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Show tiles by split</source>
   <translation>Kacheln nach Aufteilung zeigen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Show tiles by class</source>
   <translation>Kacheln nach Klasse zeigen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Show tiles by class (it has no land cover)</source>
   <translation>Kacheln nach Klasse zeigen (ohne Landbedeckung)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Information…</source>
   <translation>Angaben …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Open folder</source>
   <translation>Ordner öffnen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Remove…</source>
   <translation>Entfernen …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Tiles: {name}</source>
   <translation>Kacheln: {name}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>The tiles in {path} cannot be read. Build the dataset again.</source>
   <translation>Die Kacheln in {path} lassen sich nicht lesen. Den Datensatz neu bauen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Remove {name} with its {count} chips from the disk? Scenes, land cover, runs and maps stay. This cannot be undone.</source>
   <translation>{name} mit seinen {count} Chips von der Platte entfernen? Szenen, Landbedeckung, Läufe und Karten bleiben. Das lässt sich nicht rückgängig machen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Remove dataset</source>
   <translation>Datensatz entfernen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>{name} could not be removed: {reason}. Close what uses it.</source>
   <translation>{name} konnte nicht entfernt werden: {reason}. Schließen, was ihn benutzt.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Datasets</source>
   <translation>Datensätze</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Import tiles…</source>
   <translation>Kacheln importieren …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>Make a dataset of tiles that are cut already: images, arrays, records</source>
   <translation>Einen Datensatz aus bereits geschnittenen Kacheln machen: Bilder, Arrays, Records</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/datasets_box.py" />
   <source>None yet. A dataset is what encoders learn from, built of scenes.</source>
   <translation>Noch keine. Aus einem Datensatz lernen Encoder; gebaut wird er aus Szenen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/empty_state.py" />
   <source>&lt;b&gt;Start with your layers.&lt;/b&gt; The project has no raster files yet. Add the satellite or aerial imagery that you want to learn from, and a land-cover layer where you have one.</source>
   <translation>&lt;b&gt;Mit eigenen Layern beginnen.&lt;/b&gt; Das Projekt hat noch keine Rasterdateien. Satelliten- oder Luftbilder hinzufügen, aus denen gelernt werden soll, und einen Layer der Landbedeckung, falls vorhanden.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/empty_state.py" />
   <source>Add layer…</source>
   <translation>Layer hinzufügen …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/empty_state.py" />
   <source>Try it on the sample landscape</source>
   <translation>An der Beispiellandschaft ausprobieren</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/empty_state.py" />
   <source>Writes a small synthetic landscape into the work folder, in some seconds</source>
   <translation>Schreibt in einigen Sekunden eine kleine künstliche Landschaft in den Arbeitsordner</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/footprints.py" />
   <source>No land cover</source>
   <translation>Keine Landbedeckung</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/footprints.py" />
   <source>Not built yet: what “Build” would cut.</source>
   <translation>Noch nicht gebaut: was „Bauen“ schneiden würde.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/footprints.py" />
   <source>Planned tiles</source>
   <translation>Geplante Kacheln</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>Land cover</source>
   <translation>Landbedeckung</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>Field of the class</source>
   <translation>Feld der Klasse</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>Field of the polygons that holds the class</source>
   <translation>Feld der Polygone, in dem die Klasse steht</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>none</source>
   <translation>ohne</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>The land cover “{name}” has no CRS, so it has no place on the map. Assign one with Raster &gt; Projections &gt; Assign projection.</source>
   <translation>Die Landbedeckung „{name}“ hat kein KBS und damit keinen Ort auf der Karte. Eines zuweisen: Raster &gt; Projektionen &gt; Projektion zuweisen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>The land cover “{name}” names no classes. Name them with the button beside it, or fill them from a built-in table.</source>
   <translation>Die Landbedeckung „{name}“ nennt keine Klassen. Sie mit der Schaltfläche daneben benennen oder aus einer mitgelieferten Tabelle füllen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>The codes were seen in a sample of this large layer: rare ones may lack. The build stops at a code that is not listed, unless such codes are left out.</source>
   <translation>Die Codes stammen aus einer Stichprobe dieses großen Layers: Seltene können fehlen. Der Bau hält an einem nicht genannten Code an, wenn solche nicht ausgelassen werden.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>Edit names, colours and merging of the classes</source>
   <translation>Namen, Farben und Zusammenfassung der Klassen bearbeiten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>looking…</source>
   <translation>wird angesehen …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/land_cover_box.py" />
   <source>{count} classes…</source>
   <translation>{count} Klassen …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/layer_file.py" />
   <source>The layer “{name}” could not be written to a temporary GeoPackage: {reason}. Export it to a file, and take that layer.</source>
   <translation>Der Layer „{name}“ konnte nicht in ein temporäres GeoPackage geschrieben werden: {reason}. Ihn in eine Datei exportieren und jenen Layer nehmen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/look_task.py" />
   <source>Look for classes</source>
   <translation>Klassen suchen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>within </source>
   <translation>innerhalb </translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Name of the dataset</source>
   <translation>Name des Datensatzes</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Tile</source>
   <translation>Kachel</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Neighbours</source>
   <translation>Nachbarn</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Tiles</source>
   <translation>Kacheln</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Scenes</source>
   <translation>Szenen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Looking at the land cover…</source>
   <translation>Die Landbedeckung wird angesehen …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Reading the area…</source>
   <translation>Das Gebiet wird gelesen …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>Reading the land cover…</source>
   <translation>Die Landbedeckung wird gelesen …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/page.py" />
   <source>The folder {folder} cannot be written to: {reason}.</source>
   <translation>In den Ordner {folder} lässt sich nicht schreiben: {reason}.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Bands, pixel</source>
   <translation>Kanäle, Pixel</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Date</source>
   <translation>Datum</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Scene</source>
   <translation>Szene</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Add file…</source>
   <translation>Datei hinzufügen …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Add a raster file to the project</source>
   <translation>Dem Projekt eine Rasterdatei hinzufügen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Bands…</source>
   <translation>Kanäle …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Choose bands, and give them names and wavelengths</source>
   <translation>Kanäle wählen, ihnen Namen und Wellenlängen geben</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Double-click to write the date, as 2013-06-01</source>
   <translation>Doppelklick, um das Datum zu schreiben, etwa 2013-06-01</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>No scene is ticked.</source>
   <translation>Keine Szene ist angehakt.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>“{text}” is no date: write it as 2013-06-01.</source>
   <translation>„{text}“ ist kein Datum: wie 2013-06-01 schreiben.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>Rasters</source>
   <translation>Raster</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/data_page/scenes_box.py" />
   <source>{path} is no raster that can be read.</source>
   <translation>{path} ist kein lesbares Raster.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Help</source>
   <translation>Hilfe</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Newer packages belong to this version of Near Things</source>
   <translation>Zu dieser Version von Near Things gehören neuere Pakete</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Update…</source>
   <translation>Aktualisieren …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>① Data</source>
   <translation>① Daten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>② Train</source>
   <translation>② Training</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>③ Explore</source>
   <translation>③ Erkunden</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Try the sample landscape</source>
   <translation>Die Beispiellandschaft ausprobieren</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Work folder…</source>
   <translation>Arbeitsordner …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Settings…</source>
   <translation>Einstellungen …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Sample landscape, work folder and settings</source>
   <translation>Beispiellandschaft, Arbeitsordner und Einstellungen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Help (F1)</source>
   <translation>Hilfe (F1)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Writing the sample landscape…</source>
   <translation>Die Beispiellandschaft wird geschrieben …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Folder of datasets, runs and maps</source>
   <translation>Ordner für Datensätze, Läufe und Karten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/kept_layers.py" />
   <source>Pins</source>
   <translation>Nadeln</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/kept_layers.py" />
   <source>Nearest places</source>
   <translation>Ähnlichste Orte</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/kept_layers.py" />
   <source>Areas</source>
   <translation>Flächen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/kept_layers.py" />
   <source>Similarity</source>
   <translation>Ähnlichkeit</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/kept_layers.py" />
   <source>A search kept in {folder}, threshold {threshold}; search.json says its pins.</source>
   <translation>Eine in {folder} behaltene Suche, Schwelle {threshold}; search.json nennt ihre Nadeln.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/kept_layers.py" />
   <source>Examples</source>
   <translation>Beispiele</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/kept_layers.py" />
   <source>Counter-examples</source>
   <translation>Gegenbeispiele</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Make an embedding map</source>
   <translation>Embedding-Karte erstellen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Encoder</source>
   <translation>Encoder</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Choose an encoder file</source>
   <translation>Encoder-Datei wählen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Choose the scene's files: one, or one for each band</source>
   <translation>Dateien der Szene wählen: eine, oder eine je Kanal</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Stride</source>
   <translation>Schrittweite</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Scene pixels from one map cell to the next: half a tile is usual</source>
   <translation>Szenenpixel von einer Kartenzelle zur nächsten: üblich ist eine halbe Kachel</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Make embedding map</source>
   <translation>Embedding-Karte erstellen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>A cell every</source>
   <translation>Eine Zelle alle</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>{name} · {method}, {bands}</source>
   <translation>{name} · {method}, {bands}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>No run in the work folder has an encoder yet. Train one, or choose a file.</source>
   <translation>Noch hat kein Lauf im Arbeitsordner einen Encoder. Einen trainieren oder eine Datei wählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Choose a scene: add it to the project, or name its files.</source>
   <translation>Eine Szene wählen: sie dem Projekt hinzufügen oder ihre Dateien nennen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Choose an encoder</source>
   <translation>Encoder wählen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Encoders</source>
   <translation>Encoder</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>{path} is no encoder of Near Things. Choose an encoder.safetensors.</source>
   <translation>{path} ist kein Encoder von Near Things. Eine encoder.safetensors wählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>Choose the scene's files</source>
   <translation>Dateien der Szene wählen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/make_map.py" />
   <source>{files} cannot be opened as rasters. Choose other files.</source>
   <translation>{files} lassen sich nicht als Raster öffnen. Andere Dateien wählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Explore a map</source>
   <translation>Eine Karte erkunden</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Map or dataset</source>
   <translation>Karte oder Datensatz</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Choose a map's file</source>
   <translation>Datei einer Karte wählen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Show it on the map</source>
   <translation>Auf der Karte zeigen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Find similar</source>
   <translation>Ähnliches finden</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Scatter plot</source>
   <translation>Streudiagramm</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Clusters</source>
   <translation>Cluster</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Classify from my labels</source>
   <translation>Aus Beispielen klassifizieren</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Change between dates</source>
   <translation>Veränderung zwischen Terminen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Kept searches</source>
   <translation>Behaltene Suchen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Double-click opens a search again</source>
   <translation>Doppelklick öffnet eine Suche wieder</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>{path} is no embedding map. Choose one that Near Things made.</source>
   <translation>{path} ist keine Embedding-Karte. Eine von Near Things erstellte wählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>{dataset} (tiles, by {encoder})</source>
   <translation>{dataset} (Kacheln, mit {encoder})</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>The first search lays its vectors out, which takes a moment.</source>
   <translation>Die erste Suche legt ihre Vektoren bereit; das dauert einen Augenblick.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Click a place: see where it looks like that, and the places most like it</source>
   <translation>Einen Ort anklicken: sehen, wo es so aussieht, und die ähnlichsten Orte</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>All vectors as points, linked with the map</source>
   <translation>Alle Vektoren als Punkte, mit der Karte verbunden</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Group the map into kinds of land</source>
   <translation>Die Karte in Arten von Land gruppieren</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>A class map from a few labels of yours</source>
   <translation>Eine Klassenkarte aus wenigen eigenen Beispielen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Where the land looks different in another map</source>
   <translation>Wo das Land in einer anderen Karte anders aussieht</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>“{tool}” is not part of this version.</source>
   <translation>„{tool}“ gehört nicht zu dieser Version.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Make an embedding map first, or choose one.</source>
   <translation>Zuerst eine Embedding-Karte erstellen oder eine wählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>A tile dataset can be searched; the other tools need an embedding map.</source>
   <translation>Ein Kacheldatensatz lässt sich durchsuchen; die anderen Werkzeuge brauchen eine Embedding-Karte.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Embedding (PCA): {name}</source>
   <translation>Embedding (PCA): {name}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Choose an embedding map</source>
   <translation>Embedding-Karte wählen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_box.py" />
   <source>Embedding maps</source>
   <translation>Embedding-Karten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_tool.py" />
   <source>There are no vectors here. Click inside the map that is searched.</source>
   <translation>Hier gibt es keine Vektoren. In die durchsuchte Karte klicken.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/map_tool.py" />
   <source>There are no vectors here. The pin stays where it was.</source>
   <translation>Hier gibt es keine Vektoren. Die Nadel bleibt, wo sie war.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/page.py" />
   <source>Kept as “{name}”.</source>
   <translation>Behalten als „{name}“.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/pin_editor.py" />
   <source>New search</source>
   <translation>Neue Suche</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/pin_editor.py" />
   <source>Add counter-example</source>
   <translation>Gegenbeispiel hinzufügen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/pin_editor.py" />
   <source>Add example</source>
   <translation>Beispiel hinzufügen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/pin_editor.py" />
   <source>Move pin</source>
   <translation>Nadel verschieben</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/pin_editor.py" />
   <source>Turn pin</source>
   <translation>Nadel umkehren</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/pin_editor.py" />
   <source>Remove pin</source>
   <translation>Nadel entfernen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/pin_editor.py" />
   <source>Remove all pins</source>
   <translation>Alle Nadeln entfernen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/places_view.py" />
   <source>Place {rank}, similarity {similarity}</source>
   <translation>Ort {rank}, Ähnlichkeit {similarity}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Back to the page; the search is put away</source>
   <translation>Zurück zur Seite; die Suche wird weggelegt</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Back</source>
   <translation>Zurück</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Find similar · {name}</source>
   <translation>Ähnliches finden · {name}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Point on the map</source>
   <translation>Auf die Karte zeigen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Use the pointer on the map for this search</source>
   <translation>Den Zeiger auf der Karte für diese Suche nutzen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Places at least</source>
   <translation>Orte mindestens</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Neighbouring tiles see the same ground: they are always alike</source>
   <translation>Benachbarte Kacheln sehen denselben Boden: sie sind immer ähnlich</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Least distance between places, in metres</source>
   <translation>Mindestabstand der Orte in Metern</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Other scenes only</source>
   <translation>Nur andere Szenen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Threshold of similarity</source>
   <translation>Schwelle der Ähnlichkeit</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>The map shows what is at least so similar</source>
   <translation>Die Karte zeigt, was mindestens so ähnlich ist</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Dim the rest</source>
   <translation>Rest abdunkeln</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Darken the map where it is less alike than the threshold</source>
   <translation>Die Karte dort abdunkeln, wo sie weniger ähnlich ist als die Schwelle</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Keep…</source>
   <translation>Behalten …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Write places, heat map, areas and pins as layers</source>
   <translation>Orte, Ähnlichkeitskarte, Flächen und Nadeln als Layer schreiben</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Undo</source>
   <translation>Rückgängig</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Redo</source>
   <translation>Wiederholen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Undo (Ctrl+Z)</source>
   <translation>Rückgängig (Strg+Z)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Redo (Ctrl+Shift+Z)</source>
   <translation>Wiederholen (Strg+Umschalt+Z)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>apart</source>
   <translation>voneinander entfernt</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Show</source>
   <translation>Zeigen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>{count} places of {total}, in {seconds} s.</source>
   <translation>{count} Orte von {total}, in {seconds} s.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>The scene's files are not where they were, so there are no pictures.</source>
   <translation>Die Dateien der Szene sind nicht mehr, wo sie waren; daher gibt es keine Bilder.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Shift-click adds an example, Ctrl-click a counter-example.</source>
   <translation>Umschalt-Klick fügt ein Beispiel hinzu, Strg-Klick ein Gegenbeispiel.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>There are only counter-examples. Shift-click a place to add an example.</source>
   <translation>Es gibt nur Gegenbeispiele. Mit Umschalt-Klick auf einen Ort ein Beispiel hinzufügen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Click a place on the map: the map shows where it looks like that, and the places most like it appear here.</source>
   <translation>Einen Ort auf der Karte anklicken: Die Karte zeigt, wo es so aussieht, und die ähnlichsten Orte erscheinen hier.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/explore_page/search_panel.py" />
   <source>Keep this search</source>
   <translation>Diese Suche behalten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/forms/settings_form.py" />
   <source>as the method has it</source>
   <translation>wie das Verfahren es vorsieht</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/forms/settings_form.py" />
   <source>default</source>
   <translation>Vorgabe</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/forms/settings_form.py" />
   <source>{help} (default: {value})</source>
   <translation>{help} (Vorgabe: {value})</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/job_bar.py" />
   <source>Progress</source>
   <translation>Fortschritt</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/job_bar.py" />
   <source>Stop</source>
   <translation>Anhalten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/job_bar.py" />
   <source>Stopping…</source>
   <translation>Wird angehalten …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/options.py" />
   <source>Python of the backend</source>
   <translation>Python des Backends</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/options.py" />
   <source>Check</source>
   <translation>Prüfen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/options.py" />
   <source>Look whether this Python has all that the jobs need</source>
   <translation>Nachsehen, ob dieses Python alles hat, was die Aufgaben brauchen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/options.py" />
   <source>Python</source>
   <translation>Python</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/options.py" />
   <source>Python in use</source>
   <translation>Verwendetes Python</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/options.py" />
   <source>The environment variable {name} names the Python: {path}</source>
   <translation>Die Umgebungsvariable {name} nennt das Python: {path}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/options.py" />
   <source>Checking… this takes a few seconds.</source>
   <translation>Wird geprüft … das dauert einige Sekunden.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/choices.py" />
   <source>X axis</source>
   <translation>X-Achse</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/choices.py" />
   <source>Y axis</source>
   <translation>Y-Achse</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/choices.py" />
   <source>Colour by</source>
   <translation>Farbe nach</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/choices.py" />
   <source>One colour</source>
   <translation>Eine Farbe</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/exports.py" />
   <source>Save the plot as a picture</source>
   <translation>Diagramm als Bild speichern</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/exports.py" />
   <source>Pictures (*.png)</source>
   <translation>Bilder (*.png)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/exports.py" />
   <source>Save the selection as a layer</source>
   <translation>Auswahl als Layer speichern</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/exports.py" />
   <source>Saved: {path}</source>
   <translation>Gespeichert: {path}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/exports.py" />
   <source>{path} could not be written. {error} Choose another folder.</source>
   <translation>{path} konnte nicht geschrieben werden. {error} Einen anderen Ordner wählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/exports.py" />
   <source>{path} cannot be opened.</source>
   <translation>{path} lässt sich nicht öffnen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/legend.py" />
   <source>From {low} to {high}</source>
   <translation>Von {low} bis {high}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/legend.py" />
   <source>Legend</source>
   <translation>Legende</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/legend.py" />
   <source>Untick a class to hide it; double-click it to select its points</source>
   <translation>Häkchen weg blendet eine Klasse aus; Doppelklick wählt ihre Punkte</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/legend.py" />
   <source>{label}: {count} points</source>
   <translation>{label}: {count} Punkte</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>The layer no longer has the fields of the axes. Choose others.</source>
   <translation>Der Layer hat die Felder der Achsen nicht mehr. Andere wählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>Reading the features of “{layer}”…</source>
   <translation>Die Objekte von „{layer}“ werden gelesen …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>Read points of the scatter plot</source>
   <translation>Punkte des Streudiagramms lesen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>The layer could not be read: {error}</source>
   <translation>Der Layer konnte nicht gelesen werden: {error}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>“{layer}” has no feature with both coordinates.</source>
   <translation>„{layer}“ hat kein Objekt mit beiden Koordinaten.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>The layer was removed from the project. Choose another one.</source>
   <translation>Der Layer wurde aus dem Projekt entfernt. Einen anderen wählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>{count} points</source>
   <translation>{count} Punkte</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>{count} selected</source>
   <translation>{count} gewählt</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>{count} without coordinates</source>
   <translation>{count} ohne Koordinaten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>Feature {number}</source>
   <translation>Objekt {number}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/plot.py" />
   <source>others</source>
   <translation>andere</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/projecting.py" />
   <source>Compute PCA of {name}</source>
   <translation>PCA von {name} berechnen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/projecting.py" />
   <source>{share} % of the variance</source>
   <translation>{share} % der Varianz</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/projecting.py" />
   <source>PCA of {name}, shares of the variance: {shares}</source>
   <translation>PCA von {name}, Anteile der Varianz: {shares}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/sources.py" />
   <source>{name} (embedding map)</source>
   <translation>{name} (Embedding-Karte)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/sources.py" />
   <source>{layer} (raster)</source>
   <translation>{layer} (Raster)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/tools.py" />
   <source>Select by lasso (Shift adds, Ctrl removes)</source>
   <translation>Mit dem Lasso wählen (Umschalt fügt hinzu, Strg nimmt weg)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/tools.py" />
   <source>Select by rectangle (Shift adds, Ctrl removes)</source>
   <translation>Mit einem Rechteck wählen (Umschalt fügt hinzu, Strg nimmt weg)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/tools.py" />
   <source>Move the plot</source>
   <translation>Diagramm verschieben</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/umap_form.py" />
   <source>UMAP is not part of this version. PCA shows the same vectors.</source>
   <translation>UMAP gehört nicht zu dieser Version. PCA zeigt dieselben Vektoren.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/umap_form.py" />
   <source>Choose an embedding map or a tile dataset to compute UMAP.</source>
   <translation>Eine Embedding-Karte oder einen Kacheldatensatz wählen, um UMAP zu berechnen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>What to show</source>
   <translation>Was gezeigt wird</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Compute PCA</source>
   <translation>PCA berechnen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Draw up to 100,000 of the vectors by their two principal components</source>
   <translation>Bis zu 100.000 der Vektoren nach ihren zwei Hauptkomponenten zeichnen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Compute UMAP…</source>
   <translation>UMAP berechnen …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Show all points</source>
   <translation>Alle Punkte zeigen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Zoom the map to the selection</source>
   <translation>Karte auf die Auswahl zoomen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Select nothing</source>
   <translation>Nichts wählen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Save the selection as a layer…</source>
   <translation>Auswahl als Layer speichern …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Save the plot as a picture…</source>
   <translation>Diagramm als Bild speichern …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Compute PCA to see these embeddings as points that become a layer on the map.</source>
   <translation>PCA berechnen, um diese Embeddings als Punkte zu sehen, die auf der Karte ein Layer werden.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Choose above what to show.</source>
   <translation>Oben wählen, was gezeigt wird.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Nothing to show yet. A scatter plot needs a vector layer with two number fields, or an embedding map: make one on the page “Explore”.</source>
   <translation>Noch nichts zu zeigen. Ein Streudiagramm braucht einen Vektorlayer mit zwei Zahlenfeldern oder eine Embedding-Karte: Sie wird auf der Seite „Erkunden“ erstellt.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>Neighbours stay neighbours, as well as a plane allows; takes minutes</source>
   <translation>Nachbarn bleiben Nachbarn, so gut es in der Ebene geht; dauert Minuten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/scatter/window.py" />
   <source>The principal components could not be computed: {error}</source>
   <translation>Die Hauptkomponenten konnten nicht berechnet werden: {error}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/session.py" />
   <source>Set up…</source>
   <translation>Einrichten …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/session.py" />
   <source>Write sample landscape</source>
   <translation>Beispiellandschaft schreiben</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Near Things works in a Python of its own with PyTorch. It lies outside QGIS, in a folder of its own: nothing is installed into QGIS.</source>
   <translation>Near Things arbeitet in einem eigenen Python mit PyTorch. Es liegt außerhalb von QGIS in einem eigenen Ordner: In QGIS wird nichts installiert.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Looking for Pythons and GPUs…</source>
   <translation>Suche nach Pythons und GPUs …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Set up</source>
   <translation>Einrichten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Use an existing Python…</source>
   <translation>Vorhandenes Python …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>One that has all packages already; it is checked first</source>
   <translation>Eines, das schon alle Pakete hat; es wird zuerst geprüft</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Details</source>
   <translation>Einzelheiten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>How the set-up works, also without a network</source>
   <translation>Wie die Einrichtung geht, auch ohne Netz</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Retry</source>
   <translation>Noch einmal</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Copy diagnostics</source>
   <translation>Diagnose kopieren</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Versions, steps and the log's end, without names and logins, to the clipboard</source>
   <translation>Versionen, Schritte und das Ende des Protokolls, ohne Namen und Anmeldedaten, in die Zwischenablage</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Near Things needs its own Python with PyTorch</source>
   <translation>Near Things braucht ein eigenes Python mit PyTorch</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Update</source>
   <translation>Aktualisieren</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Python: {path}</source>
   <translation>Python: {path}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Set up again</source>
   <translation>Neu einrichten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>no Python that is fit</source>
   <translation>kein geeignetes Python</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>uv will fetch Python {version}</source>
   <translation>uv wird Python {version} holen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Found: {python}. {reason}</source>
   <translation>Gefunden: {python}. {reason}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Install Python 3.11, 3.12 or 3.13 with its venv module, or name one under Details.</source>
   <translation>Installieren Sie Python 3.11, 3.12 oder 3.13 mit dem Modul venv, oder nennen Sie eines unter Einzelheiten.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>The environment variable {name} names {path}, where no Python is: unset it and start QGIS again.</source>
   <translation>Die Umgebungsvariable {name} nennt {path}, wo kein Python ist: löschen Sie sie und starten Sie QGIS neu.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Copied</source>
   <translation>Kopiert</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Python that has PyTorch and the packages</source>
   <translation>Python, das PyTorch und die Pakete hat</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/card.py" />
   <source>Ready: {path}</source>
   <translation>Bereit: {path}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/checker.py" />
   <source>This Python could not run the check.</source>
   <translation>Dieses Python konnte die Prüfung nicht ausführen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/checker.py" />
   <source>No answer within {seconds} s.</source>
   <translation>Keine Antwort innerhalb von {seconds} s.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>CPU</source>
   <translation>CPU</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>NVIDIA GPU (CUDA 13)</source>
   <translation>NVIDIA-GPU (CUDA 13)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>about</source>
   <translation>etwa</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>{name}: {download:g} GB to download, {about}{disk:g} GB on disk</source>
   <translation>{name}: {download:g} GB zum Herunterladen, {about}{disk:g} GB auf der Platte</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>{name}: not finished</source>
   <translation>{name}: nicht fertig</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>none yet</source>
   <translation>noch keine</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>in use</source>
   <translation>in Verwendung</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>of an earlier version</source>
   <translation>einer früheren Version</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Remove</source>
   <translation>Entfernen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Remove {name}</source>
   <translation>{name} entfernen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Other…</source>
   <translation>Anderes …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Name a Python that was not found</source>
   <translation>Ein Python nennen, das nicht gefunden wurde</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Folder of environments</source>
   <translation>Ordner der Umgebungen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>The environment variable {name} names the folder</source>
   <translation>Die Umgebungsvariable {name} nennt den Ordner</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Folder of wheels</source>
   <translation>Ordner mit Wheels</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>none: download</source>
   <translation>keiner: herunterladen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>For a machine without a network: see the help page</source>
   <translation>Für einen Rechner ohne Netz: siehe die Hilfeseite</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>PyTorch for</source>
   <translation>PyTorch für</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Folder</source>
   <translation>Ordner</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Offline, from</source>
   <translation>Ohne Netz, aus</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>There already</source>
   <translation>Schon vorhanden</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>Python 3.11 to 3.13</source>
   <translation>Python 3.11 bis 3.13</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/details.py" />
   <source>That is no Python, or it gave no answer.</source>
   <translation>Das ist kein Python, oder es gab keine Antwort.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/progress_panel.py" />
   <source>less than a minute left</source>
   <translation>noch weniger als eine Minute</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/progress_panel.py" />
   <source>about {minutes} min left</source>
   <translation>noch etwa {minutes} min</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/progress_panel.py" />
   <source>Log</source>
   <translation>Protokoll</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/progress_panel.py" />
   <source>Log of the set-up</source>
   <translation>Protokoll der Einrichtung</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/progress_panel.py" />
   <source>Progress of the set-up</source>
   <translation>Fortschritt der Einrichtung</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/progress_panel.py" />
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/setup_page/progress_panel.py" />
   <source>What is downloaded stays: a retry goes on from there</source>
   <translation>Was heruntergeladen ist, bleibt: ein neuer Versuch macht dort weiter</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/advice_label.py" />
   <source>Which method?</source>
   <translation>Welches Verfahren?</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/advice_label.py" />
   <source>Opens the manual in the browser</source>
   <translation>Öffnet das Handbuch im Browser</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/advice_label.py" />
   <source>For this dataset start with {method}: {reason}.</source>
   <translation>Für diesen Datensatz zuerst {method}: {reason}.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/comparison.py" />
   <source>Metric</source>
   <translation>Messgröße</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/comparison.py" />
   <source>Share of validation tiles whose land cover their neighbours tell</source>
   <translation>Anteil der Kacheln zur Prüfung, deren Landbedeckung ihre Nachbarn verraten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/comparison.py" />
   <source>How far apart the embeddings lie: about 1 is healthy, near 0 collapsed</source>
   <translation>Wie weit die Vektoren auseinander liegen: etwa 1 ist gesund, nahe 0 zusammengefallen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/comparison.py" />
   <source>Logarithmic</source>
   <translation>Logarithmisch</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/comparison.py" />
   <source>What differs between the runs</source>
   <translation>Worin sich die Läufe unterscheiden</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/comparison.py" />
   <source>step</source>
   <translation>Schritt</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/estimate_line.py" />
   <source>Measure</source>
   <translation>Messen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/estimate_line.py" />
   <source>Train 10 steps in a temporary folder and take the time</source>
   <translation>10 Schritte in einem vorläufigen Ordner trainieren und die Zeit nehmen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/estimate_line.py" />
   <source>Measuring 10 steps…</source>
   <translation>10 Schritte werden gemessen …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/estimate_line.py" />
   <source>Not measured.</source>
   <translation>Nicht gemessen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/estimate_line.py" />
   <source>{steps} steps. No run like this was measured on this computer yet.</source>
   <translation>{steps} Schritte. Ein solcher Lauf wurde auf diesem Rechner noch nicht gemessen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/estimate_line.py" />
   <source>{steps} steps · about {time}, by the rate of the run “{run}”</source>
   <translation>{steps} Schritte · etwa {time}, nach dem Tempo des Laufs „{run}“</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/estimate_line.py" />
   <source>{steps} steps · about {time}, by a dry run just now; checkpoints come on top</source>
   <translation>{steps} Schritte · etwa {time}, nach einem Probelauf eben; Sicherungspunkte kommen hinzu</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/follower.py" />
   <source>Read runs</source>
   <translation>Läufe lesen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/log_dialog.py" />
   <source>Log of {name}</source>
   <translation>Protokoll von {name}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/log_dialog.py" />
   <source>It wrote no free text, or was not started from QGIS.</source>
   <translation>Er hat keinen freien Text geschrieben oder wurde nicht aus QGIS gestartet.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/method_finder.py" />
   <source>Find a method</source>
   <translation>Verfahren suchen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/method_finder.py" />
   <source>All {count}</source>
   <translation>Alle {count}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/method_list.py" />
   <source>Needs: {needs}</source>
   <translation>Braucht: {needs}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/method_list.py" />
   <source>Method</source>
   <translation>Verfahren</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Tile dataset</source>
   <translation>Kacheldatensatz</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Preset</source>
   <translation>Voreinstellung</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Device</source>
   <translation>Gerät</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>GPU where there is one</source>
   <translation>GPU, wo es eine gibt</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>NVIDIA GPU (CUDA)</source>
   <translation>NVIDIA-GPU (CUDA)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Processor (CPU)</source>
   <translation>Prozessor (CPU)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Steps</source>
   <translation>Schritte</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Name of the run</source>
   <translation>Name des Laufs</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>▸ Parameters</source>
   <translation>▸ Parameter</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Start</source>
   <translation>Starten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>No tile dataset yet: build one on the page “Data”.</source>
   <translation>Noch kein Kacheldatensatz: erstellen Sie einen auf der Seite „Daten“.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>{count} tiles to learn from · {side} px · {bands}</source>
   <translation>{count} Kacheln zum Lernen · {side} px · {bands}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Sound defaults</source>
   <translation>Bewährte Vorgaben</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>{count} (default)</source>
   <translation>{count} (Vorgabe)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>{count} epochs (default)</source>
   <translation>{count} Epochen (Vorgabe)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>None of the methods suits this dataset; the list says what lacks.</source>
   <translation>Keines der Verfahren passt zu diesem Datensatz; die Liste sagt, was fehlt.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>▾ Parameters</source>
   <translation>▾ Parameter</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>The command line is on the clipboard.</source>
   <translation>Die Befehlszeile liegt in der Zwischenablage.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/new_run.py" />
   <source>Training</source>
   <translation>Training</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>New run</source>
   <translation>Neuer Lauf</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>No runs yet.</source>
   <translation>Noch keine Läufe.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>Runs</source>
   <translation>Läufe</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>Delete run</source>
   <translation>Lauf löschen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>Delete the run “{name}” with its encoder and checkpoints?</source>
   <translation>Den Lauf „{name}“ mit seinem Encoder und seinen Sicherungspunkten löschen?</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>The run “{name}” could not be deleted: {reason}.</source>
   <translation>Der Lauf „{name}“ konnte nicht gelöscht werden: {reason}.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>The run “{name}” is done.</source>
   <translation>Der Lauf „{name}“ ist fertig.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>Show in map</source>
   <translation>In der Karte zeigen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>The run “{name}” did not end well: {problem}</source>
   <translation>Der Lauf „{name}“ endete nicht gut: {problem}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/page.py" />
   <source>Show log</source>
   <translation>Protokoll zeigen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/probe.py" />
   <source>Measure the training's speed</source>
   <translation>Das Tempo des Trainings messen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Show in the large chart below, and compare</source>
   <translation>Im großen Diagramm unten zeigen und vergleichen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Resume</source>
   <translation>Fortsetzen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Go on from the last checkpoint</source>
   <translation>Ab dem letzten Sicherungspunkt weitermachen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Make an embedding map with this encoder</source>
   <translation>Mit diesem Encoder eine Embedding-Karte machen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Compare</source>
   <translation>Vergleichen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Clone: same settings in the form above</source>
   <translation>Klonen: dieselben Einstellungen ins Formular oben</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Delete…</source>
   <translation>Löschen …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Stop now</source>
   <translation>Jetzt anhalten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Wait no longer for the checkpoint; steps since the last one are lost</source>
   <translation>Nicht länger auf den Sicherungspunkt warten; Schritte seit dem letzten gehen verloren</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Write a checkpoint and end; Resume goes on from there</source>
   <translation>Einen Sicherungspunkt schreiben und enden; „Fortsetzen“ macht dort weiter</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Stop the run first</source>
   <translation>Halten Sie den Lauf zuerst an</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Run {name}</source>
   <translation>Lauf {name}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/train_page/run_card.py" />
   <source>Loss</source>
   <translation>Verlust</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/window.py" />
   <source>Near Things: learn what land looks like, and map it</source>
   <translation>Near Things: lernen, wie Land aussieht, und es kartieren</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/window.py" />
   <source>Open the panel</source>
   <translation>Bedienfeld öffnen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/window.py" />
   <source>Open settings</source>
   <translation>Einstellungen öffnen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/layers.py" />
   <source>The layer “{name}” is no raster file: it comes from the provider “{provider}”. Save it as a GeoTIFF first (Export &gt; Save as).</source>
   <translation>Der Layer „{name}“ ist keine Rasterdatei: Er kommt vom Provider „{provider}“. Ihn erst als GeoTIFF speichern (Export &gt; Speichern als).</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/layers.py" />
   <source>The layer “{name}” could not be written to a temporary GeoPackage.</source>
   <translation>Der Layer „{name}“ konnte nicht in ein temporäres GeoPackage geschrieben werden.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/layers.py" />
   <source>The layer “{name}” is neither raster nor vector.</source>
   <translation>Der Layer „{name}“ ist weder Raster noch Vektor.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/process.py" />
   <source>The backend could not be started: {reason}.</source>
   <translation>Das Backend ließ sich nicht starten: {reason}.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/process.py" />
   <source>The backend was killed or crashed before it could say why.</source>
   <translation>Das Backend wurde beendet oder stürzte ab, bevor es sagen konnte, warum.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/process.py" />
   <source>The backend ended ({status}) before it could say why.</source>
   <translation>Das Backend endete ({status}), bevor es sagen konnte, warum.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/process.py" />
   <source>It left no message.</source>
   <translation>Es hinterließ keine Meldung.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/process.py" />
   <source>Its last words:</source>
   <translation>Seine letzten Worte:</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/progress.py" />
   <source>{n} of {total}</source>
   <translation>{n} von {total}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/progress.py" />
   <source>{rate} a second</source>
   <translation>{rate} je Sekunde</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/progress.py" />
   <source>about {time} left</source>
   <translation>noch etwa {time}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/advice.py" />
   <source>it learns from the triplets that this dataset brings</source>
   <translation>es lernt aus den Tripeln, die dieser Datensatz mitbringt</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/advice.py" />
   <source>it is told by the land cover what the ground is</source>
   <translation>die Landbedeckung sagt ihm, was am Boden ist</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/advice.py" />
   <source>neighbours are real views of the same kind of land</source>
   <translation>Nachbarn sind echte Ansichten derselben Art von Land</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/advice.py" />
   <source>it needs the tile alone, and learns fast from few of them</source>
   <translation>es braucht nur die Kachel und lernt auch aus wenigen schnell</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/advice.py" />
   <source>{count} tiles are few: a run learns more from some thousands.</source>
   <translation>{count} Kacheln sind wenige: aus einigen Tausend lernt ein Lauf mehr.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>Choose a tile dataset first.</source>
   <translation>Wählen Sie zuerst einen Kacheldatensatz.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>the dataset's record cannot be read</source>
   <translation>die Angaben des Datensatzes sind nicht lesbar</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>neighbours</source>
   <translation>Nachbarn</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>{count} dates</source>
   <translation>{count} Zeitpunkte</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>land cover</source>
   <translation>Landbedeckung</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>tiles on the ground</source>
   <translation>Kacheln mit Ort auf der Erde</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>{count} bands or more</source>
   <translation>{count} Kanäle oder mehr</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>{count} named bands</source>
   <translation>{count} benannte Kanäle</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>red, green and blue</source>
   <translation>Rot, Grün und Blau</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/choices.py" />
   <source>tiles of {size} px or more</source>
   <translation>Kacheln ab {size} px</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>kNN accuracy</source>
   <translation>kNN-Genauigkeit</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Learning rate</source>
   <translation>Lernrate</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Spread</source>
   <translation>Streuung</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Images a second</source>
   <translation>Bilder je Sekunde</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Starting…</source>
   <translation>Startet …</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Running</source>
   <translation>Läuft</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Stopped</source>
   <translation>Angehalten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Done</source>
   <translation>Fertig</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Failed</source>
   <translation>Fehlgeschlagen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Ended without a word</source>
   <translation>Ohne ein Wort geendet</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>step {step} of {total}</source>
   <translation>Schritt {step} von {total}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>loss {loss}</source>
   <translation>Verlust {loss}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>kNN {percent} %</source>
   <translation>kNN {percent} %</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>took {time}</source>
   <translation>dauerte {time}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>{rate} steps a second</source>
   <translation>{rate} Schritte je Sekunde</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>The backend ended before it could say why.</source>
   <translation>Das Rechenprogramm endete, bevor es sagen konnte, warum.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>Its process is gone: killed, out of memory, or the computer went off. Resume goes on from the last checkpoint.</source>
   <translation>Sein Prozess ist verschwunden: abgebrochen, zu wenig Speicher, oder der Rechner ging aus. „Fortsetzen“ macht ab dem letzten Sicherungspunkt weiter.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>no</source>
   <translation>nein</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/runs/words.py" />
   <source>yes</source>
   <translation>ja</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/accelerators.py" />
   <source>PyTorch for macOS has one build.</source>
   <translation>PyTorch für macOS gibt es in einer Ausgabe.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/accelerators.py" />
   <source>No NVIDIA GPU with a driver was found → CPU build suggested.</source>
   <translation>Keine NVIDIA-GPU mit Treiber gefunden → CPU-Ausgabe vorgeschlagen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/accelerators.py" />
   <source>{name}, driver {driver}</source>
   <translation>{name}, Treiber {driver}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/accelerators.py" />
   <source>the GPU build needs driver {least} or later; update it to use the GPU</source>
   <translation>die GPU-Ausgabe braucht Treiber {least} oder neuer; aktualisieren Sie ihn, um die GPU zu nutzen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/accelerators.py" />
   <source>{found}: {why} → CPU build suggested.</source>
   <translation>{found}: {why} → CPU-Ausgabe vorgeschlagen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/accelerators.py" />
   <source>its compute capability {has} is below the {least} that the GPU build needs</source>
   <translation>ihre Compute Capability {has} liegt unter den {least}, die die GPU-Ausgabe braucht</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/accelerators.py" />
   <source>{found} → GPU build suggested.</source>
   <translation>{found} → GPU-Ausgabe vorgeschlagen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The disk is full</source>
   <translation>Die Platte ist voll</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Free some space, or choose another folder under Details, then retry.</source>
   <translation>Schaffen Sie Platz, oder wählen Sie unter Einzelheiten einen anderen Ordner; dann noch einmal.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The folder of the environment cannot be written</source>
   <translation>In den Ordner der Umgebung kann nicht geschrieben werden</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Choose a folder of your own under Details, then retry.</source>
   <translation>Wählen Sie unter Einzelheiten einen eigenen Ordner; dann noch einmal.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The proxy refused the connection</source>
   <translation>Der Proxy hat die Verbindung abgelehnt</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Enter the proxy with its user in Settings &gt; Options &gt; Network (type HttpProxy), then retry.</source>
   <translation>Tragen Sie den Proxy mit Benutzer unter Einstellungen &gt; Optionen &gt; Netzwerk ein (Typ HttpProxy); dann noch einmal.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The server's certificate could not be verified</source>
   <translation>Das Zertifikat des Servers konnte nicht geprüft werden</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Have your administrator's certificate set (pip's option cert), or install from a wheel folder under Details.</source>
   <translation>Lassen Sie das Zertifikat Ihrer Verwaltung eintragen (Option cert von pip), oder installieren Sie aus einem Ordner mit Wheels unter Einzelheiten.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The package server could not be reached</source>
   <translation>Der Paketserver war nicht zu erreichen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Look whether the network lets it through, then retry; without a network, install from a wheel folder under Details.</source>
   <translation>Sehen Sie nach, ob das Netz ihn durchlässt, dann noch einmal; ohne Netz aus einem Ordner mit Wheels unter Einzelheiten installieren.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Another program, often the virus scanner, holds a file of the environment</source>
   <translation>Ein anderes Programm, oft der Virenscanner, hält eine Datei der Umgebung fest</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Let the scanner leave out the environment's folder, or wait a minute; then retry.</source>
   <translation>Nehmen Sie den Ordner der Umgebung vom Scanner aus, oder warten Sie eine Minute; dann noch einmal.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>A package was not found in the version that is needed</source>
   <translation>Ein Paket wurde nicht in der nötigen Version gefunden</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Choose another Python under Details; with a wheel folder or a mirror of your own, add the package that is named to it.</source>
   <translation>Wählen Sie unter Einzelheiten ein anderes Python; bei einem eigenen Ordner mit Wheels oder Spiegelserver fügen Sie das genannte Paket hinzu.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>This Python cannot make an environment</source>
   <translation>Dieses Python kann keine Umgebung anlegen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Choose another Python under Details, or install one with its venv module (on Debian and Ubuntu: python3-venv).</source>
   <translation>Wählen Sie unter Einzelheiten ein anderes Python, oder installieren Sie eines mit dem Modul venv (bei Debian und Ubuntu: python3-venv).</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>A package has no ready build for this Python and would have to be compiled</source>
   <translation>Ein Paket gibt es für dieses Python nicht fertig; es müsste übersetzt werden</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Choose Python 3.11 or 3.12 (64 bits) under Details, then retry.</source>
   <translation>Wählen Sie unter Einzelheiten Python 3.11 oder 3.12 (64 Bit); dann noch einmal.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>PyTorch could not be loaded: the Microsoft Visual C++ runtime is missing</source>
   <translation>PyTorch konnte nicht geladen werden: die Laufzeit von Microsoft Visual C++ fehlt</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Install the Microsoft Visual C++ Redistributable 2015–2022 (x64), then retry.</source>
   <translation>Installieren Sie Microsoft Visual C++ Redistributable 2015–2022 (x64); dann noch einmal.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>PyTorch was installed, but it does not see the GPU</source>
   <translation>PyTorch ist installiert, sieht aber die GPU nicht</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Update the NVIDIA driver and retry, or choose the CPU build under Details.</source>
   <translation>Aktualisieren Sie den NVIDIA-Treiber und versuchen Sie es noch einmal, oder wählen Sie unter Einzelheiten die CPU-Ausgabe.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The environment was made, but its check failed</source>
   <translation>Die Umgebung ist angelegt, hat aber ihre Prüfung nicht bestanden</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Retry; if it fails again, copy the diagnostics and report them.</source>
   <translation>Noch einmal versuchen; misslingt es wieder, die Diagnose kopieren und melden.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Another set-up is at work in the same folder</source>
   <translation>In demselben Ordner läuft schon eine Einrichtung</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Wait until it is done, or close the other QGIS; then retry.</source>
   <translation>Warten Sie, bis sie fertig ist, oder schließen Sie das andere QGIS; dann noch einmal.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The set-up was cancelled</source>
   <translation>Die Einrichtung wurde abgebrochen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Retry goes on with what is there already.</source>
   <translation>Ein neuer Versuch macht mit dem weiter, was schon da ist.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>The set-up failed for a reason that is not known</source>
   <translation>Die Einrichtung ist aus unbekanntem Grund gescheitert</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/failures.py" />
   <source>Look at the log; retry, or copy the diagnostics and report them.</source>
   <translation>Sehen Sie ins Protokoll; noch einmal versuchen, oder die Diagnose kopieren und melden.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/installer.py" />
   <source>process {number}</source>
   <translation>Prozess {number}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pip_progress.py" />
   <source>Unpacking</source>
   <translation>Wird entpackt</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pip_progress.py" />
   <source>Unpacking: {done} of {total} packages</source>
   <translation>Wird entpackt: {done} von {total} Paketen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pip_progress.py" />
   <source>Asking for the packages</source>
   <translation>Fragt nach den Paketen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pip_progress.py" />
   <source>Getting {name}</source>
   <translation>Holt {name}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pip_progress.py" />
   <source>{done} of {total} packages</source>
   <translation>{done} von {total} Paketen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>The folder's path is too long for Windows: choose one of at most {count} characters, as C:\nt.</source>
   <translation>Der Pfad des Ordners ist zu lang für Windows: wählen Sie einen mit höchstens {count} Zeichen, wie C:\nt.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>Downloads go through the proxy {host}.</source>
   <translation>Heruntergeladen wird über den Proxy {host}.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>You may not write into {folder}.</source>
   <translation>Sie dürfen nicht in {folder} schreiben.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>{folder} has {free} GB free; {needed} GB are needed.</source>
   <translation>In {folder} sind {free} GB frei; {needed} GB werden gebraucht.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>The folder is on a network drive: PyTorch will start slowly.</source>
   <translation>Der Ordner liegt auf einem Netzlaufwerk: PyTorch wird langsam starten.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>OneDrive would copy the folder; choose one outside it.</source>
   <translation>OneDrive würde den Ordner kopieren; wählen Sie einen außerhalb.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>There are no wheels (.whl) in {folder}.</source>
   <translation>In {folder} sind keine Wheels (.whl).</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/preflight.py" />
   <source>Another set-up is at work there (process {number}).</source>
   <translation>Dort läuft schon eine Einrichtung (Prozess {number}).</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>{name} is not fit: the packages need {least} to {most}.</source>
   <translation>{name} ist nicht geeignet: die Pakete brauchen {least} bis {most}.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>{name} is a 32-bit build; PyTorch needs 64 bits.</source>
   <translation>{name} ist eine 32-Bit-Ausgabe; PyTorch braucht 64 Bit.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>{name} is {kind}; PyTorch needs CPython.</source>
   <translation>{name} ist {kind}; PyTorch braucht CPython.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>{name} lacks the venv module (on Debian and Ubuntu: install python3-venv).</source>
   <translation>{name} fehlt das Modul venv (bei Debian und Ubuntu: python3-venv installieren).</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>{name} is for Intel processors, for which PyTorch has no build on macOS any more.</source>
   <translation>{name} ist für Intel-Prozessoren, für die es PyTorch unter macOS nicht mehr gibt.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>PyTorch needs macOS {least} or later; this is {has}.</source>
   <translation>PyTorch braucht macOS {least} oder neuer; dies ist {has}.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>PyTorch needs Linux with glibc {least} or later; this has {has}.</source>
   <translation>PyTorch braucht Linux mit glibc {least} oder neuer; hier ist {has}.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/pythons.py" />
   <source>another</source>
   <translation>eine andere</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/removal.py" />
   <source>Remove environment</source>
   <translation>Umgebung entfernen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/steps.py" />
   <source>Making the environment</source>
   <translation>Umgebung wird angelegt</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/steps.py" />
   <source>Updating pip</source>
   <translation>pip wird aktualisiert</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/steps.py" />
   <source>Installing PyTorch</source>
   <translation>PyTorch wird installiert</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/steps.py" />
   <source>Installing packages</source>
   <translation>Pakete werden installiert</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/setup/steps.py" />
   <source>Checking the environment</source>
   <translation>Umgebung wird geprüft</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/areas.py" />
   <source>The area could not be written to {path}: {reason}</source>
   <translation>Das Gebiet konnte nicht nach {path} geschrieben werden: {reason}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/areas.py" />
   <source>{name} lies outside the scene “{scene}”, which covers {place}. Move the map there, or choose another area.</source>
   <translation>{name} liegt außerhalb der Szene „{scene}“, die {place} bedeckt. Die Karte dorthin bewegen oder ein anderes Gebiet wählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/areas.py" />
   <source>{name} is {width} px wide within the scenes, and a tile with its neighbours {chip} px. Choose a larger area, or a smaller tile or radius.</source>
   <translation>{name} ist innerhalb der Szenen {width} px breit, eine Kachel mit ihren Nachbarn {chip} px. Ein größeres Gebiet wählen oder eine kleinere Kachel oder einen kleineren Radius.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/bands.py" />
   <source>Bands: tick at least one band.</source>
   <translation>Kanäle: mindestens einen Kanal ankreuzen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/bands.py" />
   <source>Bands: band {number} has no name. Write one, such as red.</source>
   <translation>Kanäle: Kanal {number} hat keinen Namen. Einen schreiben, etwa red.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/bands.py" />
   <source>Bands: two bands are named “{name}”. Encoders tell bands by name: rename one.</source>
   <translation>Kanäle: Zwei Kanäle heißen „{name}“. Encoder kennen Kanäle beim Namen: einen umbenennen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>Class table: tick at least one class.</source>
   <translation>Klassentabelle: mindestens eine Klasse ankreuzen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>no data</source>
   <translation>keine Daten</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>Class table: the class of code {codes} has no name. Write one.</source>
   <translation>Klassentabelle: Die Klasse von Code {codes} hat keinen Namen. Einen schreiben.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>Class table: code {code} stands in “{one}” and in “{other}”. Take it out of one of them.</source>
   <translation>Klassentabelle: Code {code} steht in „{one}“ und in „{other}“. Ihn aus einer von beiden nehmen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>The class table {path} cannot be read: {reason}.</source>
   <translation>Die Klassentabelle {path} lässt sich nicht lesen: {reason}.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>The file {path} is no class table: it has no list of classes.</source>
   <translation>Die Datei {path} ist keine Klassentabelle: Sie hat keine Liste von Klassen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>The class table {path} has a class without a name.</source>
   <translation>Die Klassentabelle {path} hat eine Klasse ohne Namen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/class_tables.py" />
   <source>The class table {path} is for layers whose bands are classes; choose it as it is, it cannot be edited here.</source>
   <translation>Die Klassentabelle {path} ist für Layer, deren Kanäle Klassen sind; sie lässt sich wählen, wie sie ist, aber hier nicht bearbeiten.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>{count} chips</source>
   <translation>{count} Chips</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>{count} scenes</source>
   <translation>{count} Szenen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>1 scene</source>
   <translation>1 Szene</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>Folder: {folder}</source>
   <translation>Ordner: {folder}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>Chips: {count} ({splits})</source>
   <translation>Chips: {count} ({splits})</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>Tile: {tile} px = {tile_m} m; neighbours within {radius} px = {radius_m} m</source>
   <translation>Kachel: {tile} px = {tile_m} m; Nachbarn innerhalb von {radius} px = {radius_m} m</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>Bands: {bands}</source>
   <translation>Kanäle: {bands}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>Scene: {scene}</source>
   <translation>Szene: {scene}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>Classes: {names}</source>
   <translation>Klassen: {names}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>On disk: {size}</source>
   <translation>Auf der Platte: {size}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>Written by: {software}</source>
   <translation>Geschrieben von: {software}</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/datasets.py" />
   <source>The folder {folder} stays: it holds other files ({names}).</source>
   <translation>Der Ordner {folder} bleibt: Er enthält andere Dateien ({names}).</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/estimates.py" />
   <source>{train} for training, {validation} for validation, {test} for testing. At most {fitting} chips fit. A chip takes {size}. The time was measured on a few chips of this build.</source>
   <translation>{train} zum Lernen, {validation} zur Validierung, {test} zur Prüfung. Höchstens {fitting} Chips passen. Ein Chip braucht {size}. Die Dauer wurde an einigen Chips dieses Baus gemessen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/estimates.py" />
   <source>{count} bytes</source>
   <translation>{count} Bytes</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/estimates.py" />
   <source>The dataset would take {needed}, and {folder} has {free} free. Take fewer tiles, or choose another work folder (⚙).</source>
   <translation>Der Datensatz bräuchte {needed}, und in {folder} sind {free} frei. Weniger Kacheln nehmen oder einen anderen Arbeitsordner wählen (⚙).</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/estimates.py" />
   <source>it left no message</source>
   <translation>es hinterließ keine Meldung</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/estimates.py" />
   <source>The estimate ended before it could say why: {reason}.</source>
   <translation>Die Schätzung endete, bevor sie sagen konnte, warum: {reason}.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>Scenes: tick at least one scene.</source>
   <translation>Szenen: mindestens eine Szene ankreuzen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>A tile</source>
   <translation>Eine Kachel</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>A tile with its neighbours (the radius on each side)</source>
   <translation>Eine Kachel mit ihren Nachbarn (dem Radius auf jeder Seite)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>Choose a smaller tile.</source>
   <translation>Eine kleinere Kachel wählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>Choose a smaller radius.</source>
   <translation>Einen kleineren Radius wählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>The scene is in degrees: its pixels are wider in one direction on the ground. Metres are measured at its centre.</source>
   <translation>Die Szene ist in Grad: Am Boden sind ihre Pixel in einer Richtung breiter. Meter werden in ihrer Mitte gemessen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>Dates are written only when each ticked scene has one.</source>
   <translation>Aufnahmedaten werden nur geschrieben, wenn jede angekreuzte Szene eines hat.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/requests.py" />
   <source>Of “{name}” the first band is read as classes.</source>
   <translation>Von „{name}“ wird der erste Kanal als Klassen gelesen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/scene_sources.py" />
   <source>The scenes differ in bands: “{first}” has {one}, “{other}” {two}. Untick one of them.</source>
   <translation>Die Szenen unterscheiden sich in den Kanälen: „{first}“ hat {one}, „{other}“ {two}. Eine von ihnen abwählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/scene_sources.py" />
   <source>The scenes differ in data type: “{first}” has {one}, “{other}” {two}. Convert one (Raster &gt; Conversion &gt; Translate), or untick it.</source>
   <translation>Die Szenen unterscheiden sich im Datentyp: „{first}“ hat {one}, „{other}“ {two}. Eine umwandeln (Raster &gt; Konvertierung) oder abwählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/scene_sources.py" />
   <source>The scenes differ in pixel size: “{first}” has {one}, “{other}” {two}. A tile is cut in pixels: untick one.</source>
   <translation>Die Szenen unterscheiden sich in der Pixelgröße: „{first}“ hat {one}, „{other}“ {two}. Eine Kachel wird in Pixeln geschnitten: eine abwählen.</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/scene_sources.py" />
   <source>{bits}-bit numbers</source>
   <translation>{bits}-Bit-Zahlen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/tiles/scene_sources.py" />
   <source>{bits}-bit whole numbers</source>
   <translation>ganze {bits}-Bit-Zahlen</translation>
  </message>
 </context>
</TS>
