/** The bundle, its checks, and LiteRT. */
export const exportMessages: Readonly<Record<string, string>> = {
  '{csv} cannot be written. Free some space or check the permissions of the folder, and score the folder again.':
    'No se puede escribir {csv}. Libera espacio o comprueba los permisos de la carpeta, y puntúala de nuevo.',
  // Any zip.
  '{zip} cannot be read as a zip. Copy or download it again.':
    '{zip} no se puede leer como zip. Cópialo o descárgalo otra vez.',
  '{zip} has the entry {entry}, which leads outside of its folder.':
    '{zip} tiene la entrada {entry}, que lleva fuera de su carpeta.',
  '{zip} has the link {entry}; links are not read.': '{zip} tiene el enlace {entry}; los enlaces no se leen.',
  '{zip} has the entry {entry}, which is neither a file nor a folder.':
    '{zip} tiene la entrada {entry}, que no es ni un archivo ni una carpeta.',
  '{zip} has the entry {entry} twice.': '{zip} tiene dos veces la entrada {entry}.',
  '{zip} has the entries {one} and {other}, which are one file on some systems.':
    '{zip} tiene las entradas {one} y {other}, que en algunos sistemas son un solo archivo.',
  '{zip} has {found:number} entries; at most {most:number} are read.':
    '{zip} tiene {found} entradas; se leen {most} como mucho.',
  '{zip} unpacks to more than {most:number} MB, which is the limit.':
    '{zip} ocupa al descomprimirse más de {most} MB, que es el límite.',
  '{zip} has data outside of its entries: some programs would unpack other files from it. Zip the folder again.':
    '{zip} tiene datos fuera de sus entradas: algunos programas extraerían otros archivos. Comprime otra vez la carpeta.',
  '{zip} describes {entry} in two ways: some programs would unpack other files from it. Zip the folder again.':
    '{zip} describe {entry} de dos maneras: algunos programas extraerían otros archivos. Comprime otra vez la carpeta.',

  'This run has no bundle yet. Export it first.': 'Este entrenamiento aún no tiene paquete. Expórtalo antes.',
  '{file} is not in the bundle.': '{file} no está en el paquete.',
  '{file} is nothing to download.': '{file} no es nada que se pueda descargar.',
  "The integer reference and the fast scorer differ on {image}. Nothing was exported. Please report this with the run's folder.":
    'La referencia entera y el cálculo rápido difieren en {image}. No se ha exportado nada. Avisa de este fallo, con la carpeta del entrenamiento.',
};
