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
   <translation>Vorhandenes Python verwenden …</translation>
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
   <source>Newer packages belong to this version of Near Things</source>
   <translation>Zu dieser Version von Near Things gehören neuere Pakete</translation>
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
   <source>Build</source>
   <translation>Ausgabe</translation>
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
   <source>{folder} has {free:.1f} GB free; {needed:.1f} GB are needed.</source>
   <translation>In {folder} sind {free:.1f} GB frei; {needed:.1f} GB werden gebraucht.</translation>
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
 </context>
</TS>
