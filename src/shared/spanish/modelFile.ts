/** What can be wrong inside a .tflite file. */
export const modelFileMessages: Readonly<Record<string, string>> = {
  'The {file:words} has only {bytes:number} bytes. Copy or export it again.':
    'El {file} solo tiene {bytes} bytes. Cópialo o expórtalo otra vez.',
  "The {file:words} is not of its kind: bytes 4 to 7 should read '{identifier}'.":
    'El {file} no es de su tipo: los bytes 4 a 7 deberían decir “{identifier}”.',
  'The {file:words} is damaged: {what:words}. Copy or export it again.':
    'El {file} está dañado: {what}. Cópialo o expórtalo otra vez.',
  '{path} should be {size:number} bytes from byte {from:number} on, but the file ends at byte {end:number}':
    '{path} debería ocupar {size} bytes desde el byte {from}, pero el archivo acaba en el byte {end}',
  '{path} holds {value}, which makes no sense there': '{path} contiene {value}, que ahí no tiene sentido',
  '{path} unfolds into more data than a file of this size can hold':
    '{path} se despliega en más datos de los que caben en un archivo así',
  '{path} is not UTF-8': '{path} no es UTF-8',
  '{path} lies outside of its table of {size:number} bytes': '{path} queda fuera de su tabla de {size} bytes',
  'model file': 'archivo del modelo',
  "model file's metadata": 'bloque de metadatos del modelo',
  "tensor {index:number} ('{name}')": 'el tensor {index} (“{name}”)',
  '{what:words} refers to buffer {buffer:number} of {count:number}': '{what} remite al búfer {buffer} de {count}',
  'op {op:number} refers to operator code {code:number} of {count:number}':
    'la operación {op} remite al código de operador {code} de {count}',
  'op {op:number} refers to tensor {tensor:number} of {count:number}':
    'la operación {op} remite al tensor {tensor} de {count}',
  'its metadata refers to buffer {buffer:number}, which holds nothing':
    'sus metadatos remiten al búfer {buffer}, que está vacío',
  'it has no graph': 'no tiene grafo',
  '{what:words} refer to tensor {tensor:number} of {count:number}': '{what} remiten al tensor {tensor} de {count}',
  'its inputs': 'sus entradas',
  'its outputs': 'sus salidas',
  "The model's {what:words} has element type {type:number}, which this reader does not know.":
    'En el modelo, {what} tiene elementos de tipo {type}, que este lector no conoce.',
  'The model file keeps buffer {buffer:number} outside of its FlatBuffer, which only models beyond 2 GB need: this reader does not follow it.':
    'El archivo del modelo guarda el búfer {buffer} fuera de su FlatBuffer, algo que solo necesitan modelos de más de 2 GB: este lector no lo sigue.',
  'The files inside the model (its labels) are damaged: {what:words}. Copy or export it again.':
    'Los archivos que lleva dentro el modelo (sus etiquetas) están dañados: {what}. Cópialo o expórtalo otra vez.',
  'there is no directory entry at byte {at:number}': 'no hay entrada de directorio en el byte {at}',
  'the directory runs over its end': 'el directorio pasa de su final',
  "'{name}' is compressed, which phone runtimes refuse": '“{name}” está comprimido, y los móviles no lo aceptan',
  "'{name}' does not have the checksum it should have": '“{name}” no tiene la suma de comprobación que debería',
  "'{name}' does not start at byte {at:number}": '“{name}” no empieza en el byte {at}',
  "'{name}' runs over the end of the file": '“{name}” pasa del final del archivo',

  // What the int8 kernels assume (pipeline/export/tflite/validate.ts, validateOps.ts).
  'The .tflite is not what the int8 kernels assume: {finding:words}':
    'El .tflite no es lo que suponen los núcleos int8: {finding}',
  '{finding:words} (and {count:number} more)': '{finding} (y {count} más)',
  file: 'archivo',
  'the input': 'la entrada',
  'the output': 'la salida',
  inputs: 'entradas',
  outputs: 'salidas',
  signatures: 'firmas',
  'the signature': 'la firma',
  metadata: 'metadatos',
  labels: 'etiquetas',
  'has schema version {found:number}, not {expected:number}.': 'tiene la versión de esquema {found}, no la {expected}.',
  'has {count:number} graphs, not one.': 'tiene {count} grafos, no uno.',
  'keeps constant data at byte {at:number}, which is no multiple of {alignment:number}: memory-mapped readers need that.':
    'guarda datos constantes en el byte {at}, que no es múltiplo de {alignment}: lo necesitan los lectores que proyectan el archivo en memoria.',
  'op {index:number} ({operator})': 'la operación {index} ({operator})',
  'op {index:number} ({operator}, makes {tensor:words})': 'la operación {index} ({operator}, produce {tensor})',
  'holds {found:number} bytes, but {count} of {type} are {expected:number}.':
    'tiene {found} bytes, pero {count} de {type} son {expected}.',
  'has no name.': 'no tiene nombre.',
  'is a variable; a classifier keeps nothing from one image to the next.':
    'es una variable; un clasificador no guarda nada de una imagen a la siguiente.',
  'has the shape {shape}: every side must be known.': 'tiene la forma {shape}: hay que conocer todos los lados.',
  'is float32 and yet quantized.': 'es float32 y aun así está cuantizado.',
  'is an {type} activation with {count:number} scales; it needs one.':
    'es una activación {type} con {count} escalas; necesita una.',
  'has a scale that is not a positive, normal number.': 'tiene una escala que no es un número positivo normal.',
  'has {scales:number} scales but {points:number} zero points.': 'tiene {scales} escalas pero {points} puntos cero.',
  "has a zero point outside of {type}'s {range}.": 'tiene un punto cero fuera de {range}, lo que admite {type}.',
  'reads {tensor:words}, which nothing before it makes.': 'lee {tensor}, que nada anterior produce.',
  'makes {tensor:words}, which is there already.': 'produce {tensor}, que ya existe.',
  'is made by no op and has no data.': 'no lo produce ninguna operación y no tiene datos.',
  'is a constant that an op writes to.': 'es una constante en la que escribe una operación.',
  'is used by nothing.': 'no lo usa nada.',
  'has the name of another tensor.': 'se llama como otro tensor.',
  'is {type}; it must be uint8, int8 or float32.': 'es {type}; tiene que ser uint8, int8 o float32.',
  'has scale {scale:number} and zero point {point:number}; for {type} they must be 1/{per:number} and {must:number}.':
    'tiene escala {scale} y punto cero {point}; con {type} tienen que ser 1/{per} y {must}.',
  'are {count:number}; an image classifier has one.': 'son {count}; un clasificador de imágenes tiene una.',
  'has the shape {shape}; it must be 1 x S x S x 3.': 'tiene la forma {shape}; tiene que ser 1 x S x S x 3.',
  'has the shape {shape}; it must be 1 x classes.': 'tiene la forma {shape}; tiene que ser 1 x clases.',
  'comes from {operator}; scores of independent labels come from LOGISTIC.':
    'viene de {operator}; las puntuaciones de etiquetas independientes vienen de LOGISTIC.',
  'comes from nothing; scores of independent labels come from LOGISTIC.':
    'no viene de nada; las puntuaciones de etiquetas independientes vienen de LOGISTIC.',
  'are {count:number}; there must be one.': 'son {count}; tiene que haber una.',
  "is called '{name}', not '{expected}'.": 'se llama “{name}”, no “{expected}”.',
  'names graph {graph:number}.': 'nombra el grafo {graph}.',
  "does not name the graph's {what:words} as they are.": 'no nombra las {what} del grafo tal como son.',
  'is missing: MediaPipe and the Task Library would not know how to feed the model.':
    'faltan: MediaPipe y la Task Library no sabrían cómo alimentar el modelo.',
  'does not say which parser version it needs.': 'no dicen qué versión de lector necesitan.',
  'does not describe each input and output of the one graph.': 'no describen cada entrada y salida del único grafo.',
  'does not say that the input is an RGB image.': 'no dicen que la entrada es una imagen RGB.',
  'does not say that pixels are normalized by mean {mean:number} and std {std:number}.':
    'no dicen que los píxeles se normalizan con media {mean} y desviación {std}.',
  'are not inside the model, or the metadata does not name their file.':
    'no están dentro del modelo, o los metadatos no nombran su archivo.',
  'are {count:number}, but the model has {classes:number} classes.':
    'son {count}, pero el modelo tiene {classes} clases.',
  'cannot be used: {reason:words}': 'no se pueden usar: {reason}',
  'is an operator that no model of ours needs.': 'es un operador que no necesita ningún modelo de aquí.',
  'has version {version:number}; int8 needs {needed:number}.': 'tiene la versión {version}; int8 necesita la {needed}.',
  'has {code:number} in the one-byte code that old runtimes read, not {expected:number}.':
    'tiene {code} en el código de un byte que leen los intérpretes antiguos, no {expected}.',
  'has {inputs:number} inputs and {outputs:number} outputs; it needs {needed:number} and 1, none left out.':
    'tiene {inputs} entradas y {outputs} salidas; necesita {needed} y 1, sin dejar ninguna.',
  'gives {found}; its input and options give {expected}.': 'da {found}; su entrada y sus opciones dan {expected}.',
  'does not go from int8 activations to int8 activations.': 'no va de activaciones int8 a activaciones int8.',
  'does not have constant int8 weights.': 'no tiene pesos int8 constantes.',
  'has {count:number} weight scales; the kernels need one a filter: {needed}.':
    'tiene {count} escalas de pesos; los núcleos necesitan una por filtro: {needed}.',
  'has {count:number} weight scales; the kernels need one for all.':
    'tiene {count} escalas de pesos; los núcleos necesitan una para todos.',
  'has its weight scales along axis {found:number}; the filters lie along axis {expected:number}.':
    'tiene las escalas de pesos en el eje {found}; los filtros están en el eje {expected}.',
  'has weights with a zero point; int8 weights are symmetric.':
    'tiene pesos con punto cero; los pesos int8 son simétricos.',
  'does not have a constant int32 bias of {filters:number}.': 'no tiene un sesgo int32 constante de {filters}.',
  'has a bias with a zero point.': 'tiene un sesgo con punto cero.',
  'has a bias with scales along an axis that it does not have.': 'tiene un sesgo con escalas en un eje que no tiene.',
  'has {bias:number} bias scales for {weights:number} weight scales.':
    'tiene {bias} escalas de sesgo para {weights} escalas de pesos.',
  'has the bias scale {found:number} at {at:number}; input scale times weight scale is {expected:number}.':
    'tiene la escala de sesgo {found} en {at}; escala de entrada por escala de pesos es {expected}.',
  'has input scale times weight scale over output scale outside of what XNNPACK computes (below 256, and not vanishing).':
    'tiene escala de entrada por escala de pesos entre escala de salida fuera de lo que calcula XNNPACK (menos de 256, y no despreciable).',
  'has a weight of -128; int8 weights lie in -127..127.': 'tiene un peso de -128; los pesos int8 están en -127..127.',
  'has weights and a bias in filter {filter:number} whose sum can leave int32.':
    'tiene en el filtro {filter} pesos y un sesgo cuya suma puede salirse de int32.',
  'has the fused activation {activation}; only none, RELU and RELU6 are ours.':
    'tiene integrada la activación {activation}; aquí solo se usan ninguna, RELU y RELU6.',
  'has a fused RELU, but its output has zero point {point:number}, not -128.':
    'tiene integrada RELU, pero su salida tiene punto cero {point}, no -128.',
  'has a fused RELU6, but its output has scale {scale:number} and zero point {point:number}, not 6/255 and -128.':
    'tiene integrada RELU6, pero su salida tiene escala {scale} y punto cero {point}, no 6/255 y -128.',
  'does not have an image and weights of four axes.': 'no tiene una imagen y pesos de cuatro ejes.',
  'has weights of {shape} for {channels:number} channels.': 'tiene pesos de {shape} para {channels} canales.',
  'has no {options}.': 'no tiene {options}.',
  'does not pad the SAME way.': 'no rellena a la manera SAME.',
  'has strides {height:number} and {width:number}; both must be 1 or both 2.':
    'tiene pasos {height} y {width}; los dos tienen que ser 1 o los dos 2.',
  'is dilated.': 'está dilatada.',
  'has the depth multiplier {multiplier:number}, not 1.': 'tiene el multiplicador de profundidad {multiplier}, no 1.',
  'has weights of {shape} for an input of {input}.': 'tiene pesos de {shape} para una entrada de {input}.',
  'has no FullyConnectedOptions.': 'no tiene FullyConnectedOptions.',
  'has a fused activation.': 'tiene una activación integrada.',
  'has shuffled weights or keeps dimensions.': 'tiene los pesos reordenados o conserva dimensiones.',
  'has an input scale {ratio:number} times its output scale; XNNPACK adds from 1/1024 to below 256.':
    'tiene una escala de entrada {ratio} veces la de salida; XNNPACK suma desde 1/1024 hasta menos de 256.',
  'has a fused activation, or no AddOptions.': 'tiene una activación integrada, o no tiene AddOptions.',
  'is not a mean over the constant axes 1 and 2 (height and width).':
    'no es una media sobre los ejes constantes 1 y 2 (alto y ancho).',
  'keeps dimensions; the head expects them dropped.': 'conserva dimensiones; la cabeza espera que se quiten.',
  'has an input scale {ratio:number} times its output scale; XNNPACK averages from 1/256 to below 256.':
    'tiene una escala de entrada {ratio} veces la de salida; XNNPACK promedia desde 1/256 hasta menos de 256.',
  'gives scale {scale:number} and zero point {point:number}; the kernels always compute for 1/256 and -128.':
    'da escala {scale} y punto cero {point}; los núcleos calculan siempre para 1/256 y -128.',
  'turns float32 into something other than int8.': 'convierte float32 en algo que no es int8.',
  'changes the scale or loses numbers: only the zero point may move, by 128.':
    'cambia la escala o pierde números: solo puede moverse el punto cero, en 128.',
  'does not turn int8 into float32.': 'no convierte int8 en float32.',
};
