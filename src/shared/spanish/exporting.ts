/** The bundle, its checks, and LiteRT. */
export const exportMessages: Readonly<Record<string, string>> = {
  '{csv} cannot be written. Free some space or check the permissions of the folder, and score the folder again.':
    'No se puede escribir {csv}. Libera espacio o comprueba los permisos de la carpeta, y puntúala de nuevo.',
  'it is one bundle: no file is missing and none is extra': 'es un solo paquete: no falta ni sobra ningún archivo',
  'every file is as it was written (SHA256SUMS)': 'cada archivo está como se escribió (SHA256SUMS)',
  'the model is a valid int8 .tflite': 'el modelo es un .tflite int8 válido',
  'labels.txt and inference_config.json follow from the model and its thresholds':
    'labels.txt e inference_config.json se deducen del modelo y de sus umbrales',
  'metrics.json adds up': 'las cuentas de metrics.json cuadran',
  'threshold_recommendation.json has the thresholds and figures of metrics.json':
    'threshold_recommendation.json tiene los umbrales y las cifras de metrics.json',
  'the model card and the reports show the figures of metrics.json':
    'la ficha del modelo y los informes muestran las cifras de metrics.json',
  "letterbox.h and the sample code are the studio's own": 'letterbox.h y el código de ejemplo son los del estudio',
  'the model loads in LiteRT': 'el modelo carga en LiteRT',
  'letterbox: {count:number} pictures give the same bytes': 'encuadre: {count} imágenes dan los mismos bytes',
  "input tensors are the letterboxed pixels in the model's type":
    'los tensores de entrada son los píxeles encuadrados en el tipo del modelo',
  'outputs: LiteRT gives the same numbers': 'salidas: LiteRT da los mismos números',
  'decisions: q >= k gives the same labels': 'decisiones: q >= k da las mismas etiquetas',
  'Ignored, as file managers leave them behind: {files:list}.':
    'Se ha omitido lo que dejan los gestores de archivos: {files}.',

  // What a check finds.
  '{file} is missing.': 'Falta {file}.',
  '{file} was changed.': '{file} ha cambiado.',
  '{file} does not belong to the bundle.': '{file} no pertenece al paquete.',
  '{place} is not a checksum and a path.': '{place} no es una suma de comprobación y una ruta.',
  '{place} names {file} a second time.': '{place} nombra {file} por segunda vez.',
  '{sums} does not list {file}.': '{sums} no incluye {file}.',
  '{file} is not the list inside the model.': '{file} no es la lista que lleva dentro el modelo.',
  'The model describes itself as {description}, which the studio does not write for a model of {size:number} px and {labels:number} labels.':
    'El modelo se describe como {description}, y el estudio no escribe eso para un modelo de {size} px y {labels} etiquetas.',
  '{file} has {found:number} thresholds for {labels:number} labels.':
    '{file} tiene {found} umbrales para {labels} etiquetas.',
  '{file} says {found} at {place}; the model and {other} make it {expected}.':
    '{file} dice {found} en {place}; según el modelo y {other} es {expected}.',
  '{file} has the right values but is not laid out as the studio writes it.':
    '{file} tiene los valores correctos, pero no está escrito como lo escribe el estudio.',
  '{file} says {found} at {place}; its own counts and the model make it {expected}.':
    '{file} dice {found} en {place}; según sus propios recuentos y el modelo es {expected}.',
  '{file} says {found} at goal.minimum, which does not fit the goal {goal}.':
    '{file} dice {found} en goal.minimum, que no corresponde al objetivo {goal}.',
  '{file} says {found} at {place}; {other} and the model make it {expected}.':
    '{file} dice {found} en {place}; según {other} y el modelo es {expected}.',
  '{file} does not say "{line}", as the model and {other} do.': '{file} no dice «{line}», como el modelo y {other}.',
  '{file} does not have the table of figures that follows from {other}.':
    '{file} no tiene la tabla de cifras que se deduce de {other}.',
  '{file} is not what this version of the studio writes for this model. Export the bundle again.':
    '{file} no es lo que esta versión del estudio escribe para este modelo. Exporta otra vez el paquete.',
  '{index} lists {found:number} pictures; a bundle of this dataset has {expected:number}.':
    '{index} tiene {found} imágenes; un paquete de estos datos tiene {expected}.',
  '{index} names other files for picture {number:number} than the studio does.':
    '{index} nombra para la imagen {number} otros archivos que el estudio.',
  '{file} has {bytes:number} bytes; {width:number} x {height:number} RGB are {expected:number}.':
    '{file} tiene {bytes} bytes; {width} x {height} RGB son {expected}.',
  '{file} is not what {image} gives.': '{file} no es lo que da {image}.',
  '{index} says other codes or labels for {image} than the model gives.':
    '{index} dice para {image} otros códigos o etiquetas que los que da el modelo.',
  '{file} is not an 8-bit RGB PNG of {width:number} x {height:number} pixels.':
    '{file} no es un PNG RGB de 8 bits de {width} x {height} píxeles.',
  '{file} is not valid JSON.': '{file} no es JSON válido.',
  '{file} is not valid JSON (line {line:number}, column {column:number}).':
    '{file} no es JSON válido (línea {line}, columna {column}).',
  '{file} nests too deep or holds too many lists to be read.':
    '{file} tiene demasiados niveles o demasiadas listas para leerlo.',
  '{file} has {found:number} MB; at most {most:number} MB are read.':
    '{file} tiene {found} MB; se leen {most} MB como mucho.',
  '{file} has the unknown entry {entry}.': '{file} tiene la entrada desconocida {entry}.',
  '{file} has the unknown entry {entry} in {place}.': '{file} tiene la entrada desconocida {entry} en {place}.',
  'inference_config.json was written for another model. Check the bundle with destila verify.':
    'inference_config.json se escribió para otro modelo. Comprueba el paquete con destila verify.',

  // Reading and writing a bundle.
  "{bundle} does not exist: name a bundle's folder or its .zip.":
    '{bundle} no existe: indica la carpeta de un paquete o su .zip.',
  "{bundle} is not a file: name a bundle's folder or its .zip.":
    '{bundle} no es un archivo: indica la carpeta de un paquete o su .zip.',
  "{bundle} is not a bundle: it has no {sums}. Name a bundle's folder or its .zip.":
    '{bundle} no es un paquete: no tiene {sums}. Indica la carpeta de un paquete o su .zip.',
  '{bundle} holds several bundles, {one} and {other}. Name one of them.':
    '{bundle} contiene varios paquetes, {one} y {other}. Indica uno de ellos.',
  "{bundle} has {file} beside the bundle's folder {folder}.":
    '{bundle} tiene {file} junto a la carpeta del paquete, {folder}.',
  "{folder} has more than {most:number} files: name a bundle's folder.":
    '{folder} tiene más de {most} archivos: indica la carpeta de un paquete.',
  "{folder} has more than {most:number} MB: name a bundle's folder.":
    '{folder} tiene más de {most} MB: indica la carpeta de un paquete.',
  '{file} is a link; links are not read.': '{file} es un enlace; los enlaces no se leen.',
  '{file} is neither a file nor a folder.': '{file} no es ni un archivo ni una carpeta.',

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
  "LiteRT and the studio's integer model differ on {image} (class {label:number}: {found:number} against {expected:number}). Nothing was exported. Please report this with the run's folder.":
    'LiteRT y el modelo entero del estudio difieren en {image} (clase {label}: {found} frente a {expected}). No se ha exportado nada. Avisa de este fallo, con la carpeta del entrenamiento.',

  'The LiteRT interpreter does not start. Install the packages again with npm ci.':
    'El intérprete de LiteRT no arranca. Instala otra vez los paquetes con npm ci.',
  'LiteRT {what:words}. The model file does not suit this interpreter, or memory ran out.':
    'LiteRT {what}. El archivo del modelo no le sirve a este intérprete, o se acabó la memoria.',
  'refuses the model': 'rechaza el modelo',
  'failed to run the model': 'no pudo ejecutar el modelo',
  "The model's {what:words} has LiteRT's element type {type}; only uint8, int8 and float32 can be run.":
    'Los elementos de {what} del modelo son de tipo {type} de LiteRT; solo se ejecutan uint8, int8 y float32.',
  input: 'la entrada',
  output: 'la salida',
  'LiteRT has no memory left for the model. Close other models first.':
    'A LiteRT no le queda memoria para el modelo. Cierra antes otros modelos.',
  'The model has {count:number} inputs; an image classifier has one.':
    'El modelo tiene {count} entradas; un clasificador de imágenes tiene una.',
  'The model has no output.': 'El modelo no tiene salida.',
  'This model was disposed of and cannot run any more.': 'Este modelo ya se cerró y no se puede ejecutar.',
  'The model takes {bytes:number} bytes of {type} ({shape}), not {given:number} bytes of {array}.':
    'El modelo toma {bytes} bytes de {type} ({shape}), no {given} bytes de {array}.',

  'The model gives the score {score:number}, which is no multiple of 1/256 from 0 to 255/256.':
    'El modelo da la puntuación {score}, que no es un múltiplo de 1/256 entre 0 y 255/256.',
  'The model has {type} at its ends; uint8, int8 and float32 can be used.':
    'El modelo tiene {type} en sus extremos; se pueden usar uint8, int8 y float32.',
  'The model is no image classifier: it should take one image and give one row of scores.':
    'El modelo no es un clasificador de imágenes: debería tomar una imagen y dar una fila de puntuaciones.',
  'The model has no labels inside. Use one that was exported here.':
    'El modelo no lleva etiquetas dentro. Usa uno exportado aquí.',
  'The model has {classes:number} classes, but {labels:number} labels were given.':
    'El modelo tiene {classes} clases, pero se dieron {labels} etiquetas.',
  "The integer model has no tensor '{tensor}'.": 'El modelo entero no tiene el tensor “{tensor}”.',
  'Label {number:number} is empty.': 'La etiqueta {number} está vacía.',
  'Label {number:number} ({label}) holds a line break or control character, and labels are stored one a line.':
    'La etiqueta {number} ({label}) contiene un salto de línea o un carácter de control, y las etiquetas se guardan una por línea.',
  'Label {number:number} ({label}) is not valid Unicode (half of a surrogate pair).':
    'La etiqueta {number} ({label}) no es Unicode válido (medio par sustituto).',
  'Label {number:number} ({label}) is there twice.': 'La etiqueta {number} ({label}) está dos veces.',
  'Rename it in the label files.': 'Cámbiale el nombre en los archivos de etiquetas.',
};
