<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" sourcelanguage="en" language="de">
 <context>
  <name>NearThings</name>
  <message>
   <location filename="../../qgis_plugin/gui/algorithm_job.py" />
   <source>Stopped on request.</source>
   <translation>Auf Wunsch angehalten.</translation>
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
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Open settings</source>
   <translation>Einstellungen öffnen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Help</source>
   <translation>Hilfe</translation>
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
   <source>Work folder and settings</source>
   <translation>Arbeitsordner und Einstellungen</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Help (F1)</source>
   <translation>Hilfe (F1)</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/dock.py" />
   <source>Folder of datasets, runs and maps</source>
   <translation>Ordner für Datensätze, Läufe und Karten</translation>
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
   <location filename="../../qgis_plugin/gui/session.py" />
   <source>Write sample landscape</source>
   <translation>Beispiellandschaft schreiben</translation>
  </message>
  <message>
   <location filename="../../qgis_plugin/gui/session.py" />
   <source>Try again</source>
   <translation>Noch einmal versuchen</translation>
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
 </context>
</TS>
