/** Pretrained weights: downloads, and files that hold a network. */
export const weightsMessages: Readonly<Record<string, string>> = {
  '{place} holds weights that are not numbers ({name}): the training that wrote them diverged, or the file is damaged. Choose another file.':
    '{place} contiene pesos que no son números ({name}): el entrenamiento que los escribió divergió, o el archivo está dañado. Elige otro.',
  "The {stage:words}'s pretrained weights {file} cannot be read. Choose another file, or train from scratch.":
    'No se pueden leer los pesos preentrenados del {stage}, {file}. Elige otro archivo, o entrena desde cero.',
  "There are no weights '{id}' in the catalogue. 'destila weights list' shows them all.":
    'No hay pesos “{id}” en el catálogo. La pantalla Entrenar los muestra todos.',
  "There are no weights '{id}' in the catalogue; did you mean '{guess}'. 'destila weights list' shows them all.":
    'No hay pesos “{id}” en el catálogo; ¿querías decir “{guess}”? La pantalla Entrenar los muestra todos.',
  'This is not being downloaded.': 'Esto no se está descargando.',
  'The file can also be downloaded from its page in the catalogue and put into the weights folder by hand.':
    'El archivo también se puede descargar de su página en el catálogo y ponerlo a mano en la carpeta de pesos.',
  'The connection was cut after {megabytes:number} MB. What came is kept: try again and it goes on from there.':
    'La conexión se cortó tras {megabytes} MB. Lo que llegó se conserva: inténtalo otra vez y sigue desde ahí.',
  '{host} no longer has this file.': '{host} ya no tiene este archivo.',
  'The proxy wants a name and a password: put them into its address in Settings (http://name:password@host:port).':
    'El proxy pide nombre y contraseña: ponlos en su dirección, en Ajustes (http://nombre:contraseña@equipo:puerto).',
  '{host} answered with {status}. Try again later.': '{host} respondió con {status}. Inténtalo más tarde.',
  'The download was stopped. What came is kept.': 'La descarga se detuvo. Lo que llegó se conserva.',
  'What was downloaded is not the published file: its {algorithm} is another. It was deleted. Try again; if it happens twice, something on the way (a proxy, a portal page) changes downloads.':
    'Lo descargado no es el archivo publicado: su {algorithm} es otro. Se ha borrado. Inténtalo otra vez; si vuelve a pasar, algo en el camino (un proxy, una página de acceso) cambia las descargas.',
  '{host} points to an address that is not encrypted ({next}): not followed.':
    '{host} remite a una dirección sin cifrar ({next}): no se sigue.',
  '{host} points in circles: more than {count:number} redirects.': '{host} da vueltas: más de {count} redirecciones.',
  '{host} does not answer. Is this machine online, or does it need a proxy (Settings)?':
    '{host} no responde. ¿Hay conexión en este equipo, o hace falta un proxy (Ajustes)?',

  'The weights file {file} cannot be read.': 'No se puede leer el archivo de pesos {file}.',
  "{file} is {other:words}. Weights are read from .safetensors files (of this studio's runs, or with timm's names), Keras's .h5 and .weights.h5, and float32 .tflite files of EfficientNet-Lite.":
    '{file} es {other}. Los pesos se leen de archivos .safetensors (de entrenamientos de este estudio, o con los nombres de timm), de los .h5 y .weights.h5 de Keras y de los .tflite float32 de EfficientNet-Lite.',
  'a pointer of Git LFS, not the file itself: run git lfs pull, or download it from its page':
    'un puntero de Git LFS, no el archivo: ejecuta git lfs pull, o descárgalo de su página',
  'a web page, saved in place of the file: download it again':
    'una página web guardada en lugar del archivo: descárgalo otra vez',
  'a zip archive (.keras files and PyTorch checkpoints are some): save the weights alone, model.save_weights("model.weights.h5") in Keras':
    'un archivo zip (como los .keras y los puntos de control de PyTorch): guarda solo los pesos, en Keras con model.save_weights("model.weights.h5")',
  'a packed archive: unpack it first': 'un archivo comprimido: descomprímelo antes',
  "{file} is neither a network of this studio nor one with timm's names (it has no conv_stem.weight; its first tensor is '{tensor}').":
    '{file} no es una red de este estudio ni lleva los nombres de timm (no tiene conv_stem.weight; su primer tensor es “{tensor}”).',
  "{file} is neither a network of this studio nor one with timm's names (it has no conv_stem.weight; its first tensor is 'none').":
    '{file} no es una red de este estudio ni lleva los nombres de timm (no tiene ningún tensor).',
  '{file} holds {held}, but {wanted} is to be trained.': '{file} contiene {held}, pero se va a entrenar {wanted}.',
  '{file} holds no complete EfficientNet that is known here, but {wanted} is to be trained.':
    '{file} no contiene ninguna EfficientNet completa que se conozca aquí, y se va a entrenar {wanted}.',
  "{folder} is a folder without a trained network: name a weights file, or a run's folder that has models/student_best.safetensors or models/teacher_best.safetensors.":
    '{folder} es una carpeta sin ninguna red entrenada: indica un archivo de pesos, o la carpeta de un entrenamiento que tenga models/student_best.safetensors o models/teacher_best.safetensors.',
  '{file} is a .tflite model without a convolution; a float32 EfficientNet-Lite was expected.':
    '{file} es un modelo .tflite sin ninguna convolución; se esperaba una EfficientNet-Lite float32.',
  '{file} changes its pixels ({operator}) before the first convolution; a model that takes normalized pixels was expected, as EfficientNet-Lite is published.':
    '{file} cambia los píxeles ({operator}) antes de la primera convolución; se esperaba un modelo que tome píxeles normalizados, como se publica EfficientNet-Lite.',
  '{file} is a quantized .tflite model (its weights are {type}): too coarse to go on training from. The float32 file of the same network was expected.':
    '{file} es un modelo .tflite cuantizado (sus pesos son {type}): demasiado tosco para seguir entrenando. Se esperaba el archivo float32 de la misma red.',
  '{file} keeps its weights in another form (float16, as a rule) and unpacks them when it runs. The float32 file of the same network was expected.':
    '{file} guarda sus pesos de otra forma (float16, por lo general) y los desempaqueta al ejecutarse. Se esperaba el archivo float32 de la misma red.',
  '{file} is damaged: {tensor} has {found:number} bytes, not {expected:number}.':
    '{file} está dañado: {tensor} tiene {found} bytes, no {expected}.',
  'Its weights were trained on pixels normalized as {formula}: this network does the same.':
    'Sus pesos se entrenaron con píxeles normalizados como {formula}: esta red hace lo mismo.',
  "Its weights were trained on pixels normalized as {formula}: the difference to (x - 127) / 128 was put into the first convolution. That is exact but at the picture's edge.":
    'Sus pesos se entrenaron con píxeles normalizados como {formula}: la diferencia con (x - 127) / 128 se ha pasado a la primera convolución. Es exacto salvo en el borde de la imagen.',
  'Its labels are the same: the classifier is kept whole.':
    'Sus etiquetas son las mismas: se conserva el clasificador entero.',
  'No label is one of its own: the classifier begins anew.':
    'Ninguna etiqueta es de las suyas: el clasificador empieza de nuevo.',
  'Labels that keep what it learned of them ({count:number}): {labels:list}.':
    'Etiquetas que conservan lo que aprendió de ellas ({count}): {labels}.',
  'New labels, which begin with drawn weights ({count:number}): {labels:list}.':
    'Etiquetas nuevas, que empiezan con pesos al azar ({count}): {labels}.',
  'Labels that it had and this run has not ({count:number}): {labels:list}.':
    'Etiquetas que tenía y este entrenamiento no ({count}): {labels}.',
  '{file} is a quantized network: its BatchNorm is folded. Take student_best or teacher_best of the same run.':
    '{file} es una red cuantizada: su BatchNorm ya está integrada. Toma student_best o teacher_best del mismo entrenamiento.',
  "{file}: '{tensor}' is missing, expected {shape}.": '{file}: falta “{tensor}”, que debe ser {shape}.',
  "{file}: '{tensor}' is {found}, expected {shape}.": '{file}: “{tensor}” es {found} y debe ser {shape}.',
  '{architecture} of another run': '{architecture} de otro entrenamiento',
  '{architecture} from a float32 .tflite': '{architecture} de un .tflite float32',
  "{architecture} with timm's names": '{architecture} con los nombres de timm',
  '{architecture} as Keras {version} saves it': '{architecture} tal como la guarda Keras {version}',
  'The quantized network has no BatchNorm any more: timm and Keras cannot hold it. Write the float student or the teacher.':
    'La red cuantizada ya no tiene BatchNorm: timm y Keras no pueden guardarla. Escribe el alumno en float o el maestro.',
  "Keras cannot hold {architecture}: it does not have this kind of network. Write the file with timm's names instead.":
    'Keras no puede guardar {architecture}: no tiene este tipo de red. Escribe el archivo con los nombres de timm.',
  '{file} is a damaged or incomplete HDF5 file. Download or copy it again.':
    '{file} es un archivo HDF5 dañado o incompleto. Descárgalo o cópialo otra vez.',
  '{file} is not a model that this studio wrote.': '{file} no es un modelo escrito por este estudio.',
  '{file} has format version {found}; this studio reads version {read}.':
    '{file} tiene la versión de formato {found}; este estudio lee la {read}.',
  'its header has {bytes:number} bytes, more than {limit:number}': 'su cabecera tiene {bytes} bytes, más de {limit}',
  "the header's entry '{name}' has no type, shape or place":
    'la entrada “{name}” de la cabecera no tiene tipo, forma o lugar',
  'its tensors overlap': 'sus tensores se solapan',
  'its metadata is not text': 'sus metadatos no son texto',
  'Not a whole safetensors file: {reason:words}. Copy or download it again.':
    'No es un archivo safetensors entero: {reason}. Cópialo o descárgalo otra vez.',
  'it has only {bytes:number} bytes': 'solo tiene {bytes} bytes',
  'its header is longer than the file': 'su cabecera es más larga que el archivo',
  'its header is not JSON': 'su cabecera no es JSON',
  "tensor '{tensor}' does not fit its place": 'el tensor “{tensor}” no cabe en su sitio',
  "Tensor '{tensor}' is of type {type}; float32 (F32) is expected.":
    'El tensor “{tensor}” es de tipo {type}; se espera float32 (F32).',
};
