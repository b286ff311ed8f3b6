/** The studio itself: files, folders, projects, the window and its connection. */
export const studioMessages: Readonly<Record<string, string>> = {
  '{file} is not a regular file but a folder, a pipe or a device.':
    '{file} no es un archivo normal, sino una carpeta, una tubería o un dispositivo.',
  'Reading this ended unexpectedly, most likely because memory ran out. Close other programs and try again.':
    'La lectura acabó de improviso, casi seguro por falta de memoria. Cierra otros programas e inténtalo de nuevo.',
  '{path} is not an image file but a folder, a pipe or a device.':
    '{path} no es un archivo de imagen, sino una carpeta, una tubería o un dispositivo.',
  'The disk is full. Free some space and resume: nothing that was saved is lost.':
    'El disco está lleno. Libera espacio y reanuda: no se ha perdido nada de lo guardado.',
  '{path} cannot be written: the disk is read-only or no longer connected. Choose a folder you can write to.':
    'No se puede escribir {path}: el disco es de solo lectura o ya no está conectado. Elige una carpeta en la que puedas escribir.',
  'This file': 'Este archivo',
  'A file is missing: {reason}': 'Falta un archivo: {reason}',
  'No permission: {reason}': 'Sin permiso: {reason}',
  '{folder} exists and is not a sample project: name another folder, or remove it.':
    '{folder} existe y no es un proyecto de muestra: elige otra carpeta, o quítala.',
  '{folder} exists and is a sample project drawn with other options: name another folder, or remove it.':
    '{folder} existe y es un proyecto de muestra dibujado con otras opciones: elige otra carpeta, o quítala.',
  '{folder} cannot be opened.': 'No se puede abrir {folder}.',
  'This project is not open. Open its folder first.': 'Este proyecto no está abierto. Abre antes su carpeta.',
  '{folder} is no folder that can be opened.': '{folder} no es una carpeta que se pueda abrir.',
  'The photos of {project} were not found near {folder}. Choose the folder yourself.':
    'No se han encontrado las fotos de {project} cerca de {folder}. Elige tú la carpeta.',
  'None of {count:number} photos of {project} is in {folder}: this is another folder.':
    'Ninguna de las {count} fotos de {project} está en {folder}: es otra carpeta.',
  'Run {number:number}': 'Entrenamiento {number}',
  "'{run}' is no run.": '“{run}” no es un entrenamiento.',
  '{run:words} is in the queue already.': '{run} ya está en la cola.',
  'This run is not running now.': 'Este entrenamiento no está en marcha.',
  'This measurement was forgotten meanwhile.': 'Esta medición se olvidó entretanto.',
  'A run is training: what is measured beside it says little. Wait for its end, or stop it.':
    'Hay un entrenamiento en marcha: lo que se mide a su lado dice poco. Espera a que acabe, o páralo.',
  'A run is training: the search for a learning rate would slow it down, and be slowed down. Wait for its end, or stop it.':
    'Hay un entrenamiento en marcha: buscar una tasa de aprendizaje lo frenaría, y al revés. Espera a que acabe, o páralo.',
  'A learning rate is being searched for already.': 'Ya se está buscando una tasa de aprendizaje.',
  'Only runs in the trash are deleted for good.': 'Solo se borran para siempre los entrenamientos de la papelera.',
  'This run is not finished: its checkpoints are what it goes on from.':
    'Este entrenamiento no ha acabado: sigue desde sus puntos de control.',
  'This run has no thresholds yet: they come after training.':
    'Este entrenamiento aún no tiene umbrales: llegan al final.',
  'The thresholds do not fit this run: it has other labels. Reload the screen.':
    'Los umbrales no son de este entrenamiento: tiene otras etiquetas. Recarga la pantalla.',
  'The test split has not been scored yet: that is the last stage of a run.':
    'La partición de prueba aún no se ha puntuado: es la última etapa de un entrenamiento.',

  // The window and the studio behind it.
  'The studio does not answer. It may have been closed; start it again.':
    'El estudio no responde. Puede que se haya cerrado; arráncalo otra vez.',
  'The studio was started anew. Open the address that it printed.':
    'El estudio se ha arrancado de nuevo. Abre la dirección que ha mostrado.',
  'The studio answered {method} in a way this window does not know. Reload it.':
    'El estudio respondió a {method} de un modo que esta ventana no conoce. Recárgala.',
  'The screen asked for {method} in a way the studio does not know. Reload the window.':
    'La pantalla pidió {method} de un modo que el estudio no conoce. Recarga la ventana.',
  "The studio knows no '{method}'. Reload the window.": 'El estudio no conoce “{method}”. Recarga la ventana.',
  'Only JSON is understood.': 'Solo se entiende JSON.',
  'The request could not be read.': 'No se pudo leer la petición.',
  "Only the studio's own window may ask.": 'Solo puede preguntar la ventana del estudio.',
  'The studio does not know this. Restart it.': 'El estudio no conoce esto. Reinícialo.',
  'This screen has failed. What was saved is safe, and a running training goes on.':
    'Esta pantalla ha fallado. Lo guardado está a salvo y el entrenamiento sigue.',
  'The run is done.': 'El entrenamiento ha acabado.',
};
