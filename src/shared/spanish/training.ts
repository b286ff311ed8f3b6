/** Runs: their stages, notes, and how they end. */
export const trainingMessages: Readonly<Record<string, string>> = {
  teacher: 'maestro',
  student: 'alumno',
  'checking images': 'comprobando imágenes',
  'comparing with LiteRT': 'comparando con LiteRT',
  'drawing the sample': 'dibujando la muestra',
  'trying learning rates': 'probando tasas de aprendizaje',
  'Reading and checking the photos and labels.': 'Leyendo y comprobando las fotos y las etiquetas.',
  'Training the teacher on the labels.': 'Entrenando el maestro con las etiquetas.',
  'Training the student on the labels and the teacher.': 'Entrenando el alumno con las etiquetas y el maestro.',
  'Training the student on the labels alone.': 'Entrenando el alumno solo con las etiquetas.',
  'Quantizing the trained student.': 'Cuantizando el alumno ya entrenado.',
  'Quantizing the student with quantization-aware training.': 'Cuantizando el alumno mientras se entrena.',
  'Tuning thresholds on the INT8 model.': 'Ajustando los umbrales con el modelo INT8.',
  'Scoring the test split, once.': 'Puntuando la partición de prueba, una sola vez.',
  'Writing and checking the bundle.': 'Escribiendo y comprobando el paquete.',

  // Notes.
  'Images without labels: {count:number}, not labeled yet, so they are left out.':
    'Imágenes sin etiquetas: {count}, aún sin etiquetar, así que quedan fuera.',
  "Images without labels: {count:number}, counted as 'none of these'.":
    'Imágenes sin etiquetas: {count}, cuentan como «ninguna de estas».',
  '{train:number} training, {val:number} validation and {test:number} test images, {classes:number} classes; separator: {separator:words}.':
    '{train} imágenes de entrenamiento, {val} de validación y {test} de prueba, {classes} clases; separador: {separator}.',
  'A batch of {wanted:number} does not fit into {memory:number} GiB for the {stage:words}: it trains with {batch:number}, and {steps:number} batches are added up before the weights move. engine.memory: low or a smaller input size would leave more room.':
    'Un lote de {wanted} no cabe en {memory} GiB para el {stage}: se entrena con {batch}, y se suman {steps} lotes antes de mover los pesos. Con engine.memory: low o una entrada más pequeña habría más sitio.',
  'No pretrained weights for the {stage:words}: it is trained from scratch, all layers from the start, without a head phase. Scores will be well below those with ImageNet weights.':
    'Sin pesos preentrenados para el {stage}: se entrena desde cero, todas las capas desde el principio, sin fase de la cabeza. Las puntuaciones quedarán muy por debajo de las que se logran con pesos de ImageNet.',
  'Starts from {weights}: {source:words}.': 'Parte de {weights}: {source}.',
  'Post-training quantization: {figures:words} on validation.':
    'Cuantización posterior al entrenamiento: {figures} en validación.',
  'macro AP {ap:words}, loss {loss:words}': 'AP macro {ap}, pérdida {loss}',
  '{number:number}': '{number}',
  undefined: 'sin definir',
  'Re-estimated BatchNorm statistics are used: {monitor} on validation is {used:words}, against {other:words}.':
    'Se usan las estadísticas de BatchNorm recalculadas: {monitor} en validación es {used}, frente a {other}.',
  'The BatchNorm statistics of training are kept: {monitor} on validation is {used:words}, against {other:words}.':
    'Se conservan las estadísticas de BatchNorm del entrenamiento: {monitor} en validación es {used}, frente a {other}.',
  'The student is surer than it is right: the INT8 model divides its logits by {temperature:number}, which is better on validation.':
    'El alumno está más seguro de lo que acierta: el modelo INT8 divide sus logits entre {temperature}, lo que mejora en validación.',
  'No epoch was better than post-training quantization (by {monitor}): its weights are kept.':
    'Ninguna época fue mejor que la cuantización posterior (según {monitor}): se conservan sus pesos.',
  "The fake-quantized scores and the integer model's differ by {mean:number} on average, {largest:number} at most.":
    'Las puntuaciones con cuantización simulada y las del modelo entero se separan {mean} de media y {largest} como mucho.',
  'The checkpoint {file} is damaged; the one before it is used.':
    'El punto de control {file} está dañado; se usa el anterior.',
  'Nothing is augmented: the features of the frozen backbone are computed once for all epochs of the head.':
    'No se aumenta nada: las características de la base congelada se calculan una vez para todas las épocas de la cabeza.',
  'Going on from epoch {epoch:number}, step {step:number}.': 'Sigue desde la época {epoch}, paso {step}.',
  'No validation image, so the global threshold stands in: {labels:list}.':
    'Sin imagen de validación, así que vale el umbral global: {labels}.',
  'No threshold reaches the goal ({goal:words} at least {least:number}), so the best F1 stands in: {labels:list}.':
    'Ningún umbral alcanza el objetivo ({goal} de al menos {least}), así que vale el de mejor F1: {labels}.',
  precision: 'precisión',
  recall: 'exhaustividad',
  'No better {monitor} for {epochs:number} epochs: {phase:words} ends early with the weights of epoch {best:number}.':
    '{epochs} épocas sin mejorar {monitor}: {phase} acaba antes, con los pesos de la época {best}.',
  head: 'la cabeza',
  finetune: 'el ajuste fino',
  qat: 'la cuantización',
  'LiteRT and the integer model agree on all {count:number} pictures, bit for bit.':
    'LiteRT y el modelo entero coinciden en las {count} imágenes, bit a bit.',
  'The bundle is {folder}, and the same as .zip.': 'El paquete es {folder}, y lo mismo como .zip.',
  'The memory of the graphics card ran out. The run goes on from its last checkpoint, {cure:words}.':
    'Se acabó la memoria de la tarjeta gráfica. El entrenamiento sigue desde su último punto de control, {cure}.',
  "TensorFlow's memory ran out. The run goes on from its last checkpoint, {cure:words}.":
    'Se acabó la memoria de TensorFlow. El entrenamiento sigue desde su último punto de control, {cure}.',
  'The graphics card stopped answering. The run goes on from its last checkpoint, {cure:words}.':
    'La tarjeta gráfica dejó de responder. El entrenamiento sigue desde su último punto de control, {cure}.',
  'on the processor, which is slower': 'en el procesador, que es más lento',
  'on {engine} with each batch in {parts:number} parts': 'en {engine}, con cada lote en {parts} partes',
  'Engine: {engine:words}.': 'Motor: {engine}.',

  'Stopped at a checkpoint, as asked. Resume goes on from here.':
    'Parado en un punto de control, como pediste. Reanudar sigue desde aquí.',
  'Stopped, as asked. Resume repeats the stage that was running.':
    'Parado, como pediste. Reanudar repite la etapa que estaba en marcha.',
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
  'No image in val.txt has a label, so there is nothing to measure {settings} on. Add labeled images to val.txt, or set each of these to val_loss.':
    'Ninguna imagen de val.txt tiene etiqueta, así que no hay con qué medir {settings}. Añade imágenes etiquetadas a val.txt o pon cada uno de estos en val_loss.',
  'code {code}': 'código {code}',
  'The worker thread ended with code {code}.': 'El hilo de trabajo acabó con el código {code}.',
  'Memory ran out. Lower batch_size or input_size and resume: the last checkpoint is safe.':
    'Se acabó la memoria. Baja batch_size o input_size y reanuda: el último punto de control está a salvo.',
  'Training diverged: {where:words}. Lower the learning rate ({settings}) and start a new run.':
    'El entrenamiento divergió: {where}. Baja la tasa de aprendizaje ({settings}) y empieza otro entrenamiento.',
  'the loss of {stage:words} in epoch {epoch:number}, step {step:number} is not a number':
    'la pérdida de {stage} en la época {epoch}, paso {step} no es un número',
  'after epoch {epoch:number} of {stage:words} the weights {name} are not numbers':
    'tras la época {epoch} de {stage}, los pesos {name} no son números',
  'the scores of the network of {stage:words} are not numbers': 'las puntuaciones de la red de {stage} no son números',
  "The stage '{stage}' builds on '{missing}', which is not finished: run that first, or the whole pipeline.":
    "La etapa '{stage}' se apoya en '{missing}', que no ha acabado: ejecuta antes esa, o todo el proceso.",
  'Nothing to train: {stage}.epochs_finetune is 0, and from scratch there is no head phase.':
    'No hay nada que entrenar: {stage}.epochs_finetune es 0, y desde cero no hay fase de la cabeza.',
  'Nothing to train: {stage}.epochs_finetune is 0 and so is epochs_head.':
    'No hay nada que entrenar: {stage}.epochs_finetune es 0 y epochs_head también.',
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
  '{folder} was moved, deleted or taken over by another program. Look there; nothing more is written here.':
    '{folder} se movió, se borró o lo tomó otro programa. Mira allí; aquí no se escribe nada más.',
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
};
