/** Runs: their stages, notes, and how they end. */
export const trainingMessages: Readonly<Record<string, string>> = {
  teacher: 'maestro',
  student: 'alumno',

  // Notes.
  precision: 'precisión',
  recall: 'exhaustividad',

  'Cancelled.': 'Cancelado.',
  'Not needed any more.': 'Ya no hace falta.',

  // Why a run ended, or cannot go on.
  'The process that was {doing:words} was killed, most likely because memory ran out. {advice:words}':
    'El proceso que estaba {doing} se mató desde fuera, casi seguro por falta de memoria. {advice}',
  'The process that was {doing:words} ended unexpectedly ({how:words}). {advice:words}':
    'El proceso que estaba {doing} acabó de improviso ({how}). {advice}',
  'Lower batch_size or input_size, or close other programs, and resume: the last checkpoint is safe.':
    'Baja batch_size o input_size, o cierra otros programas, y reanuda: el último punto de control está a salvo.',
  'Lower batch_size or input_size, or close other programs, and try again.':
    'Baja batch_size o input_size, o cierra otros programas, e inténtalo de nuevo.',
  'Close other programs and try again.': 'Cierra otros programas e inténtalo de nuevo.',
  'Resume continues from the last checkpoint.': 'Reanudar sigue desde el último punto de control.',
  'Try again.': 'Inténtalo de nuevo.',
  'starting the run': 'iniciando el entrenamiento',
  'checking the images of the run': 'comprobando las imágenes del entrenamiento',
  'training the teacher': 'entrenando el maestro',
  'training the student': 'entrenando el alumno',
  'quantizing the student': 'cuantizando el alumno',
  'choosing the thresholds': 'eligiendo los umbrales',
  'scoring the test split': 'puntuando la partición de prueba',
  'writing the bundle': 'escribiendo el paquete',
  'checking the images': 'comprobando las imágenes',
  'verifying the bundle': 'verificando el paquete',
  'reading the quality of the bundle': 'leyendo la calidad del paquete',
  'scoring the folder': 'puntuando la carpeta',
  'evaluating the model': 'evaluando el modelo',
  'examining this machine': 'examinando este equipo',
  'trying the engine': 'probando el motor',
  'measuring these settings': 'midiendo estos ajustes',
  'searching for a learning rate': 'buscando una tasa de aprendizaje',
  'scoring the image': 'puntuando la imagen',
  'writing the network': 'escribiendo la red',
  'computing the occlusion map': 'calculando el mapa de oclusión',
  'A background process sent a message that the studio does not understand, so its work was stopped. Nothing that was saved is lost; try again.':
    'Un proceso en segundo plano envió un mensaje que el estudio no entiende, así que se detuvo su trabajo. No se pierde nada de lo guardado; inténtalo de nuevo.',
  'The studio ended unexpectedly twice while this run was going on, so it was not resumed again by itself. Its last checkpoint is safe: resume it yourself.':
    'El estudio acabó de improviso dos veces durante este entrenamiento, así que no se ha vuelto a reanudar solo. Su último punto de control está a salvo: reanúdalo tú.',
  'code {code}': 'código {code}',
  'The worker thread ended with code {code}.': 'El hilo de trabajo acabó con el código {code}.',
  'Memory ran out. Lower batch_size or input_size and resume: the last checkpoint is safe.':
    'Se acabó la memoria. Baja batch_size o input_size y reanuda: el último punto de control está a salvo.',
  'There are no images in the {split} split.': 'No hay imágenes en la partición {split}.',
  'A bundle carries no photos: name a labelled folder with --data.':
    'Un paquete no lleva fotos: indica una carpeta etiquetada con --data.',
  '{run} is a run. What ships is its bundle: name the folder below {folder}.':
    '{run} es un entrenamiento. Lo que se entrega es su paquete: indica la carpeta que está en {folder}.',
  '{folder} is not a folder of images.': '{folder} no es una carpeta de imágenes.',
  'There are no images in {folder}.': 'No hay imágenes en {folder}.',
  'The model has no class number {number}.': 'El modelo no tiene la clase número {number}.',
  "{place} does not exist: name a run's folder, a bundle's folder or its .zip.":
    '{place} no existe: indica la carpeta de un entrenamiento, la de un paquete o su .zip.',
  '{place} is neither a run nor a bundle: it has no {file}.':
    '{place} no es un entrenamiento ni un paquete: no tiene {file}.',
  "{file} is missing or damaged. Run the stage 'thresholds' again.":
    "Falta {file} o está dañado. Ejecuta otra vez la etapa 'thresholds'.",
  "{file} is missing or damaged. Run the stage 'test' again.":
    "Falta {file} o está dañado. Ejecuta otra vez la etapa 'test'.",
  '{folder} is gone: it was moved or deleted meanwhile.': '{folder} ya no está: se movió o se borró mientras tanto.',
  '{folder} is no run: it has no run.json.': '{folder} no es un entrenamiento: no tiene run.json.',
  '{file} is damaged: it is not JSON.': '{file} está dañado: no es JSON.',
  '{file} was written by a newer version of Destila Studio: update it.':
    '{file} lo escribió una versión más nueva de Destila Studio: actualízalo.',
  '{file} is damaged or was edited wrongly.': '{file} está dañado o se editó mal.',
  "{folder} is no run and has none: name a run's folder, or a project that has runs.":
    '{folder} no es un entrenamiento ni tiene ninguno: indica la carpeta de uno, o un proyecto que los tenga.',
  "{folder} is no run and has none that fits: name a run's folder, or a project that has runs.":
    '{folder} no es un entrenamiento ni tiene uno que sirva: indica la carpeta de uno, o un proyecto que los tenga.',
  '{folder} is in use by process {pid:number} ({what:words}). Wait for it or stop it first.':
    '{folder} lo está usando el proceso {pid} ({what}). Espera a que acabe o páralo antes.',
  '{folder} is in use by process {pid:number} on {host} ({what:words}). Wait for it or stop it first.':
    '{folder} lo está usando el proceso {pid} de {host} ({what}). Espera a que acabe o páralo antes.',
  '{folder} is in use by another program. Wait for it or stop it first.':
    '{folder} lo está usando otro programa. Espera a que acabe o páralo antes.',
  '{folder} is in use by several programs at once. Try again.':
    '{folder} lo están usando varios programas a la vez. Prueba otra vez.',
  '{folder} has a damaged lock. If no other program works on this folder, take over or try again in a minute.':
    '{folder} tiene un bloqueo dañado. Si ningún otro programa trabaja en esta carpeta, toma el control o prueba otra vez dentro de un minuto.',
  '{folder} is locked by process {pid:number} on {host} ({what:words}), which cannot be checked from here. If that program is gone, take over or try again in a minute; otherwise stop it there.':
    '{folder} está bloqueada por el proceso {pid} de {host} ({what}), que no se puede comprobar desde aquí. Si ese programa ya no existe, toma el control o prueba otra vez dentro de un minuto; si no, páralo allí.',
  'The lock of this run is damaged. Watching it for {seconds:number} s: if nothing changes, work continues.':
    'El bloqueo de este entrenamiento está dañado. Se observa durante {seconds} s: si no cambia nada, el trabajo sigue.',
  'This run is locked by process {pid:number} on {host}, which cannot be checked from here. Watching it for {seconds:number} s: if it shows no sign of life, work continues.':
    'Este entrenamiento está bloqueado por el proceso {pid} de {host}, que no se puede comprobar desde aquí. Se observa durante {seconds} s: si no da señales de vida, el trabajo sigue.',
  'The lock {file} cannot be read. It may belong to another user: ask for access, or delete it when nobody works here.':
    'No se puede leer el bloqueo {file}. Puede ser de otro usuario: pide acceso, o bórralo cuando nadie trabaje aquí.',
  'The lock {file} cannot be read. Check the disk and try again.':
    'No se puede leer el bloqueo {file}. Comprueba el disco y prueba otra vez.',
  '{file} is {kind:words}, not a lock. Move it away and try again.':
    '{file} es {kind}, no un bloqueo. Muévelo a otro sitio y prueba otra vez.',
  'a link': 'un enlace',
  'a folder': 'una carpeta',
  'a special file': 'un archivo especial',
  'a large file': 'un archivo grande',
  'The folder {folder} is gone. It may have been moved.': 'La carpeta {folder} ya no está. Puede que se haya movido.',
  'cleaning up': 'limpiando',
  'saving labels': 'guardando etiquetas',
  'writing label files': 'escribiendo archivos de etiquetas',
  'opening test': 'abriendo la prueba',
  'test stage': 'etapa de prueba',

  // Settings that may destroy what the labels say.
  'Images are turned upside down: labels that depend on which way is up get lost.':
    'Se dan la vuelta a las imágenes: se pierden las etiquetas que dependen de qué lado está arriba.',
  'Zoom and shift this large push objects out of the picture while their labels stay.':
    'Un zoom o desplazamiento tan grande saca objetos de la imagen y sus etiquetas se quedan.',
  'Colours change this much: labels that tell colours apart (ripe, green) get lost.':
    'Los colores cambian tanto que se pierden las etiquetas que distinguen colores (maduro, verde).',
  'Some images become black or white.': 'Algunas imágenes quedan negras o blancas.',
  'The erased rectangle can cover a whole object while its label stays.':
    'El rectángulo borrado puede tapar un objeto entero y su etiqueta se queda.',
  'Noise this strong hides small objects.': 'Un ruido tan fuerte oculta los objetos pequeños.',
  'RandAugment this strong leaves little of an image.': 'Un RandAugment tan fuerte deja poco de la imagen.',
  'The student does not listen to the teacher, which is trained all the same, to be compared with. A small teacher and few epochs save its time.':
    'El alumno no escucha al maestro, que se entrena de todos modos para compararlos. Un maestro pequeño y pocas épocas ahorran ese tiempo.',
  'MixUp and a focal or asymmetric loss pull against each other: blended labels are never easy.':
    'MixUp y una pérdida focal o asimétrica tiran en contra: las etiquetas mezcladas nunca son fáciles.',
  'Most images are half of one and half of another: small objects vanish.':
    'La mayoría de imágenes son mitad de una y mitad de otra: los objetos pequeños desaparecen.',
  'Rare classes are both repeated and weighted: one of the two is usually enough.':
    'Las clases raras se repiten y además se ponderan: suele bastar con una de las dos cosas.',
};
