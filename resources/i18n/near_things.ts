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
   <source>Newer packages belong to this version of Near Things</source>
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
   <source>Build</source>
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
   <source>{folder} has {free:.1f} GB free; {needed:.1f} GB are needed.</source>
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
 </context>
</TS>
