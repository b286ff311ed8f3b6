/** The studio itself: files, folders, projects, the window and its connection. */
export const studioMessages: Readonly<Record<string, string>> = {
  'Reading this ended unexpectedly, most likely because memory ran out. Close other programs and try again.':
    'La lectura acabó de improviso, casi seguro por falta de memoria. Cierra otros programas e inténtalo de nuevo.',
  '{path} is not an image file but a folder, a pipe or a device.':
    '{path} no es un archivo de imagen, sino una carpeta, una tubería o un dispositivo.',
  '{file} is not a regular file but a folder, a pipe or a device.':
    '{file} no es un archivo normal, sino una carpeta, una tubería o un dispositivo.',
  'The disk is full. Free some space and resume: nothing that was saved is lost.':
    'El disco está lleno. Libera espacio y reanuda: no se ha perdido nada de lo guardado.',
  '{path} cannot be written: the disk is read-only or no longer connected. Choose a folder you can write to.':
    'No se puede escribir {path}: el disco es de solo lectura o ya no está conectado. Elige una carpeta en la que puedas escribir.',
  'This file': 'Este archivo',
  'A file is missing: {reason}': 'Falta un archivo: {reason}',
  'No permission: {reason}': 'Sin permiso: {reason}',
  '{folder} cannot be opened.': 'No se puede abrir {folder}.',
  'This project is not open. Open its folder first.': 'Este proyecto no está abierto. Abre antes su carpeta.',
  '{folder} is no folder that can be opened.': '{folder} no es una carpeta que se pueda abrir.',
  'The photos of {project} were not found near {folder}. Choose the folder yourself.':
    'No se han encontrado las fotos de {project} cerca de {folder}. Elige tú la carpeta.',
  'None of {count:number} photos of {project} is in {folder}: this is another folder.':
    'Ninguna de las {count} fotos de {project} está en {folder}: es otra carpeta.',
  '{folder} exists and is not a sample project: name another folder, or remove it.':
    '{folder} existe y no es un proyecto de muestra: elige otra carpeta, o quítala.',
  '{folder} exists and is a sample project drawn with other options: name another folder, or remove it.':
    '{folder} existe y es un proyecto de muestra dibujado con otras opciones: elige otra carpeta, o quítala.',

  // The window and the studio behind it.
};
