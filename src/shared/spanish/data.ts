/** Label files, images, imports: what is said of a user's photos. */
export const dataMessages: Readonly<Record<string, string>> = {
  tab: 'tabulador',
  comma: 'coma',
  semicolon: 'punto y coma',
  pipe: 'barra vertical',
  space: 'espacio',
  "'{label}' (1 image; the model has '{own}')": '“{label}” (1 imagen; el modelo tiene “{own}”)',
  "'{label}' ({count:number} images; the model has '{own}')": '“{label}” ({count} imágenes; el modelo tiene “{own}”)',
  'The model has none of the labels in {file}: {labels}. Spell the labels as the model does.':
    'El modelo no tiene ninguna de las etiquetas de {file}: {labels}. Escribe las etiquetas como el modelo.',
  'the file is saved as UTF-16.': 'el archivo está guardado como UTF-16.',
  'this line is not UTF-8.': 'esta línea no es UTF-8.',
  'this line has {bytes:number} bytes, more than {limit:number}.': 'esta línea tiene {bytes} bytes, más de {limit}.',
  'a carriage return stands inside this line: it may be two lines.':
    'hay un retorno de carro dentro de esta línea: pueden ser dos.',
  "label '{label}' contains characters that cannot be seen.":
    'la etiqueta “{label}” contiene caracteres que no se ven.',
  '{file} is a link that leaves the project folder.': '{file} es un enlace que sale de la carpeta del proyecto.',
  '{file} is outside {folder}. Nothing outside it is read or written: move it in.':
    '{file} está fuera de {folder}. Fuera de ella no se lee ni se escribe nada: muévelo dentro.',
  'this line holds a NUL character: the file is not text.': 'esta línea tiene un carácter NUL: el archivo no es texto.',
  '{path} is a {format} file.': '{path} es un archivo {format}.',
  '{path} does not exist.': '{path} no existe.',
  'There is {path}: is that meant?': 'Existe {path}: ¿es esa?',
  '{path} is a link to {target}, outside the project folder.':
    '{path} es un enlace a {target}, fuera de la carpeta del proyecto.',
  '{path} has {width:number} x {height:number} pixels, more than {limit:number} megapixels.':
    '{path} tiene {width} x {height} píxeles, más de {limit} megapíxeles.',
  '{path} has too many pixels, more than {limit:number} megapixels.':
    '{path} tiene demasiados píxeles, más de {limit} megapíxeles.',
  '{path} is not an image that can be read ({reason:words}).': '{path} no es una imagen que se pueda leer ({reason}).',
  '{path} is damaged or cut off ({reason:words}).': '{path} está dañada o cortada ({reason}).',
  '{path} cannot be read ({reason:words}).': 'No se puede leer {path} ({reason}).',
  'it is no file': 'no es un archivo',
  'the file is empty': 'el archivo está vacío',
  'its content is not an image': 'su contenido no es una imagen',
  '{path} has no end marker.': 'A {path} le falta la marca de fin.',
  '{path} cannot be used. {reason:words}': '{path} no se puede usar. {reason}',
  'This image cannot be shown. {reason:words}': 'Esta imagen no se puede mostrar. {reason}',
  'It is not an image.': 'No es una imagen.',
  'It is damaged: copy it again from its source.': 'Está dañada: cópiala otra vez desde su origen.',
  '{file} lists no image.': '{file} no nombra ninguna imagen.',
  'no image has a label.': 'ninguna imagen tiene etiqueta.',
  'no image in {file} has a label.': 'ninguna imagen de {file} tiene etiqueta.',
  "images without labels: {counts:list}. Until you say what they mean they count as 'none of these'.":
    'imágenes sin etiquetas: {counts}. Mientras no digas qué significan cuentan como «ninguna de estas».',
  '{count:number} in {split}': '{count} en {split}',
  "label '{label}' has no training image: no split has it.":
    'la etiqueta “{label}” no tiene imagen de entrenamiento: no está en ninguna partición.',
  "label '{label}' has no training image: it is only in {splits}.":
    'la etiqueta “{label}” no tiene imagen de entrenamiento: solo está en {splits}.',
  "label '{label}' has no image in {split}: it is not measured there.":
    'la etiqueta “{label}” no tiene imágenes en {split}: allí no se mide.',
  "class '{label}' has only 1 image in {split} ({images:number} images).":
    'la clase “{label}” tiene una sola imagen en {split} ({images} imágenes).',
  "class '{label}' has only {own:number} images in {split} ({images:number} images).":
    'la clase “{label}” solo tiene {own} imágenes en {split} ({images} imágenes).',
  '{labels} differ only in case, spaces or the like.':
    '{labels} solo se diferencian en mayúsculas, espacios o similares.',
  '{path} is the same image as {others:list}.': '{path} es la misma imagen que {others}.',
  '{path} is also {others:list}.': '{path} también está en {others}.',
  '{path} has labels {labels:words} here, {other:words} as {others:list}.':
    '{path} lleva aquí {labels}, y {other} en {others}.',
  none: 'ninguna etiqueta',
  "label '{label}' is not in {file}.": 'la etiqueta “{label}” no está en {file}.',
  "label '{label}' is not a class of the model and is left out.":
    'la etiqueta “{label}” no es una clase del modelo y se deja fuera.',
  "class '{label}' is already in line {line:number}.": 'la clase “{label}” ya está en la línea {line}.',
  '{file} holds no class.': '{file} no tiene ninguna clase.',

  'no line has a label, and {file} describes a YOLO export.':
    'ninguna línea tiene etiqueta, y {file} describe una exportación de YOLO.',
  'every line has {columns:number} fields that are all 0 or 1: one column per class, without their names.':
    'todas las líneas tienen {columns} campos que son 0 o 1: una columna por clase, sin sus nombres.',
  'every line has numbers in groups of {size:number}: boxes, not labels.':
    'todas las líneas tienen números en grupos de {size}: son cajas, no etiquetas.',
  '{path}: the labels are a list in brackets, which become part of the names.':
    '{path}: las etiquetas son una lista entre corchetes, que pasan a formar parte de los nombres.',

  // Lists of problems as text.
  'The data has to be put right first.': 'Primero hay que arreglar los datos.',
  '1 more error was found.': 'Hay 1 error más.',
  '{count:number} more errors were found.': 'Hay {count} errores más.',
  "'destila check' lists them all.": 'En Datos, y con "destila check", están todos.',
  error: 'error',
  warning: 'aviso',
  '{title:words} ({count:number})': '{title} ({count})',
  '... and {count:number} more': '... y {count} más',
  'This picture cannot be read: it is damaged, cut off, too large or no image.':
    'No se puede leer esta imagen: está dañada, cortada, es demasiado grande o no es una imagen.',
  'The picture cannot be read.': 'No se puede leer la imagen.',
  '{file} cannot be shown: reading it failed.': 'No se puede mostrar {file}: falló su lectura.',

  // Kinds of images that are not opened (pipeline/data/imageKind.ts).
  'It is a camera raw file: develop it and export it as JPEG.':
    'Es un archivo RAW de cámara: revélalo y expórtalo como JPEG.',
  'It is a BMP file: save it as PNG or JPEG.': 'Es un archivo BMP: guárdalo como PNG o JPEG.',
  'It is a JPEG XL file: save it as PNG or JPEG.': 'Es un archivo JPEG XL: guárdalo como PNG o JPEG.',
  'It is a JPEG 2000 file: save it as PNG or JPEG.': 'Es un archivo JPEG 2000: guárdalo como PNG o JPEG.',
  'It is a Photoshop file: export it as PNG or JPEG.': 'Es un archivo de Photoshop: expórtalo como PNG o JPEG.',
  'It is an OpenEXR file: save it as PNG or JPEG.': 'Es un archivo OpenEXR: guárdalo como PNG o JPEG.',
  'It is a Radiance HDR file: save it as PNG or JPEG.': 'Es un archivo Radiance HDR: guárdalo como PNG o JPEG.',
  'It is a FITS file: save it as PNG or JPEG.': 'Es un archivo FITS: guárdalo como PNG o JPEG.',
  'It is a DICOM file: save it as PNG or JPEG.': 'Es un archivo DICOM: guárdalo como PNG o JPEG.',
  'It is an icon file: save it as PNG or JPEG.': 'Es un archivo de icono: guárdalo como PNG o JPEG.',
  'It is a PDF: export its images as PNG or JPEG.': 'Es un PDF: exporta sus imágenes como PNG o JPEG.',
  'It is an SVG drawing: export it as PNG or JPEG.': 'Es un dibujo SVG: expórtalo como PNG o JPEG.',
  'It is an XML or SVG file: export it as PNG or JPEG.': 'Es un archivo XML o SVG: expórtalo como PNG o JPEG.',
  'It is a Netpbm file (PPM, PGM or PBM): save it as PNG or JPEG.':
    'Es un archivo Netpbm (PPM, PGM o PBM): guárdalo como PNG o JPEG.',
  'It is a HEIC file: convert it to JPEG. On an iPhone, Settings > Camera > Formats > Most Compatible takes photos as JPEG.':
    'Es un archivo HEIC: conviértelo a JPEG. En un iPhone, Ajustes > Cámara > Formatos > Más compatible hace las fotos en JPEG.',
  'It is a video or another MP4 file, not an image.': 'Es un vídeo u otro archivo MP4, no una imagen.',
  'It is a HEIF file with a compression that is not supported: convert it to JPEG.':
    'Es un archivo HEIF con una compresión no admitida: conviértelo a JPEG.',
  'Its samples are logarithmic (LogLuv): save it with 8 or 16 bits per channel.':
    'Sus valores son logarítmicos (LogLuv): guárdalo con 8 o 16 bits por canal.',
  'Its colors are CIELAB: save it as RGB.': 'Sus colores son CIELAB: guárdalo como RGB.',
  'Its samples are {bits:number}-bit floating-point numbers: save it with 8 or 16 bits per channel.':
    'Sus valores son números de coma flotante de {bits} bits: guárdalo con 8 o 16 bits por canal.',
  'Its samples are complex numbers: save it with 8 or 16 bits per channel.':
    'Sus valores son números complejos: guárdalo con 8 o 16 bits por canal.',
  'Its samples are signed numbers: save it with unsigned 8 or 16 bits per channel.':
    'Sus valores tienen signo: guárdalo con 8 o 16 bits sin signo por canal.',
  'Its samples have {bits:number} bits: save it with 8 or 16 bits per channel.':
    'Sus valores tienen {bits} bits: guárdalo con 8 o 16 bits por canal.',
  'It holds inks other than CMYK: save it as RGB.': 'Tiene tintas distintas de CMYK: guárdalo como RGB.',
  'It has {bands:number} bands: save it as RGB, with three.': 'Tiene {bands} bandas: guárdalo como RGB, con tres.',

  '{path} is no image of this project.': '{path} no es una imagen de este proyecto.',
  '{path} is no image of this run.': '{path} no es una imagen de este entrenamiento.',

  // Imports.
  'No images were found to import.': 'No se han encontrado imágenes que importar.',
  '1 image keeps the split that the source names.': '1 imagen conserva la partición que indica el origen.',
  '{count:number} images keep the split that the source names.':
    '{count} imágenes conservan la partición que indica el origen.',
  '1 group of identical images was kept together.': '1 grupo de imágenes idénticas se ha dejado junto.',
  '{count:number} groups of identical images were kept together.':
    '{count} grupos de imágenes idénticas se han dejado juntos.',
  '1 label has no image in {split}: {label}.': '1 etiqueta no tiene imagen en {split}: {label}.',
  '{count:number} labels have no image in {split}: {labels}.':
    '{count} etiquetas no tienen imagen en {split}: {labels}.',
  '{split} has no images.': '{split} no tiene imágenes.',
  '{file}:{line:number}: the table cannot be read from here on. Check for a quotation mark that is not closed.':
    '{file}:{line}: la tabla no se puede leer desde aquí. Busca unas comillas sin cerrar.',
  "{file}:1: no column of image paths was found. Name it 'image', 'path' or 'filename'.":
    "{file}:1: no hay columna con las rutas de las imágenes. Llámala 'image', 'path' o 'filename'.",
  "{file}:1: no column of labels was found. Name it 'labels', or give each label a column of 0 and 1.":
    "{file}:1: no hay columna de etiquetas. Llámala 'labels', o da a cada etiqueta una columna de 0 y 1.",
  "{file} is not in COCO's format: '{key}' is missing or of another kind.":
    '{file} no tiene el formato de COCO: “{key}” falta o es de otro tipo.',
  '{file} has no list of names.': '{file} no tiene una lista de nombres (names).',
  '{file} is not valid YAML: correct it or export it again.':
    '{file} no es YAML válido: corrígelo o expórtalo otra vez.',
  "{file}: '{number}' is not a class number: names maps numbers to names.":
    '{file}: “{number}” no es un número de clase: names relaciona números con nombres.',
  '{file} announces {announced} classes and names {named:number}.':
    '{file} anuncia {announced} clases y nombra {named}.',
  '{file} is outside the project folder: move it in.': '{file} está fuera de la carpeta del proyecto: muévelo dentro.',
  '{file} cannot be read.': 'No se puede leer {file}.',
  'The folder {folder} cannot be read.': 'No se puede leer la carpeta {folder}.',
  '{file}:{line:number}: the file is cut off here. Copy or export it again.':
    '{file}:{line}: el archivo está cortado aquí. Cópialo o expórtalo otra vez.',
  '{file}:{line:number}: this is not valid JSON. Export the file again.':
    '{file}:{line}: esto no es JSON válido. Exporta el archivo otra vez.',
  '{file}:{line:number}: this is not valid XML. Export the file again.':
    '{file}:{line}: esto no es XML válido. Exporta el archivo otra vez.',
  '{folder} has no XML files.': '{folder} no tiene archivos XML.',
  '{file} is not an export of CVAT: export the task as "CVAT for images 1.1".':
    '{file} no es una exportación de CVAT: exporta la tarea como "CVAT for images 1.1".',
  '{file} holds the tracks of a video: export the task as "CVAT for images 1.1".':
    '{file} contiene las pistas de un vídeo: exporta la tarea como "CVAT for images 1.1".',
  '{file} is not an export of Label Studio: it needs a list of tasks.':
    '{file} no es una exportación de Label Studio: necesita una lista de tareas.',
  "{file} is not a data set of FiftyOne: it needs 'labels'.":
    "{file} no es un conjunto de datos de FiftyOne: necesita 'labels'.",
  'The lists cannot be written so that they read back the same: {reason:words}. Rename the image or label, or set data.separator to auto.':
    'Las listas no se pueden escribir de modo que se lean igual: {reason}. Cambia el nombre de la imagen o etiqueta, o pon data.separator en auto.',
  'a label holds every separator': 'una etiqueta contiene todos los separadores',
  '{text} holds a line break, which no label file can hold: rename it.':
    '{text} contiene un salto de línea, que no cabe en un archivo de etiquetas: cámbiale el nombre.',
  '{path} holds a backslash, which label files read as a slash: rename the file.':
    '{path} contiene una barra invertida, que en los archivos de etiquetas se lee como barra: cambia el nombre del archivo.',
  '{message:words} Add it there, or take data.labels_file out of the settings.':
    '{message} Añádela allí, o quita data.labels_file de los ajustes.',
  'Nothing was written: an answer is missing. {question:words}':
    'No se ha escrito nada: falta una respuesta. {question}',
  'The labels of {file} come from column {column}.': 'Las etiquetas de {file} salen de la columna {column}.',
  'The labels of {file} come from {count:number} columns: {columns}.':
    'Las etiquetas de {file} salen de {count} columnas: {columns}.',
  'Columns of {file} that are not used: {columns}.': 'Columnas de {file} que no se usan: {columns}.',
  "Column '{column}' of {file} is not used: its values name no splits.":
    'La columna “{column}” de {file} no se usa: sus valores no nombran particiones.',
  '1 cell of {file} holds a number above 1: the label counts as present.':
    '1 celda de {file} tiene un número mayor que 1: la etiqueta cuenta como presente.',
  '{count:number} cells of {file} hold a number above 1: the label counts as present.':
    '{count} celdas de {file} tienen un número mayor que 1: la etiqueta cuenta como presente.',

  // Questions of an import, and their answers.
  'Which column names the images?': '¿Qué columna nombra las imágenes?',
  'Where are the labels?': '¿Dónde están las etiquetas?',
  'Column {column}': 'Columna {column}',
  'One column per label: {columns}': 'Una columna por etiqueta: {columns}',
  "What separates the labels in column '{column}'?": '¿Qué separa las etiquetas en la columna “{column}”?',
  "The character '|'": 'El carácter “|”',
  'A semicolon': 'Un punto y coma',
  'A comma': 'Una coma',
  'A space': 'Un espacio',
  'Nothing: each cell is one label': 'Nada: cada celda es una etiqueta',
  '1 cell holds -1. What does it mean?': '1 celda contiene -1. ¿Qué significa?',
  '{count:number} cells hold -1. What does it mean?': '{count} celdas contienen -1. ¿Qué significa?',
  'Not known: leave these images out': 'No se sabe: dejar fuera esas imágenes',
  'The label is absent': 'La etiqueta está ausente',
  'The label is present': 'La etiqueta está presente',
  "Which split is '{value}' (rows: {count:number})?": '¿Qué partición es “{value}” (filas: {count})?',
  'None: assign these images by the shares': 'Ninguna: repartir esas imágenes por porcentajes',
  "Column '{column}' numbers {count:number} folds. How are they used?":
    'La columna “{column}” numera {count} pliegues. ¿Cómo se usan?',
  'Not at all: assign the images by the shares': 'De ningún modo: repartir las imágenes por porcentajes',
  'Fold {val} is val, fold {test} is test, the others are train':
    'El pliegue {val} es val, el {test} es test y los demás son train',
  '{file} is not UTF-8. Which encoding is it?': '{file} no es UTF-8. ¿Qué codificación tiene?',
  'Western European (Windows-1252)': 'Europa occidental (Windows-1252)',
  'Central European (Windows-1250)': 'Europa central (Windows-1250)',
  'Cyrillic (Windows-1251)': 'Cirílico (Windows-1251)',
  'Western European (Mac)': 'Europa occidental (Mac)',
  'Japanese (Shift JIS)': 'Japonés (Shift JIS)',
  'Chinese (GB 18030)': 'Chino (GB 18030)',
  'Folders named like splits lie beside others: {folders}. What are they?':
    'Hay carpetas con nombre de partición junto a otras: {folders}. ¿Qué son?',
  'Labels like the folders beside them': 'Etiquetas, como las carpetas de al lado',
  Splits: 'Particiones',
  'Annotators gave some images different labels. Which labels count?':
    'Hay imágenes con etiquetas distintas según quién anotó. ¿Cuáles cuentan?',
  'Labels that at least one of them gave': 'Las que puso al menos una persona',
  'Labels that more than half of them gave': 'Las que puso más de la mitad',
  'Labels that all of them gave': 'Las que pusieron todas',
  'The source names splits. Are they kept?': 'El origen indica particiones. ¿Se conservan?',
  'As in the source; the shares apply to the other images':
    'Como en el origen; los porcentajes valen para las demás imágenes',
  'Split all images again by the shares': 'Repartir otra vez todas las imágenes por porcentajes',
  'The source has no {split} images. Where do they come from?':
    'El origen no tiene imágenes de {split}. ¿De dónde salen?',
  'Half of {split}': 'La mitad de {split}',
  '15 % of train': 'El 15 % de train',
  'From nowhere yet: {split} stays empty': 'De ningún sitio aún: {split} queda vacía',
  '1 record of the source cannot be used. Import without it?':
    '1 registro del origen no se puede usar. ¿Importar sin él?',
  '{count:number} records of the source cannot be used. Import without them?':
    '{count} registros del origen no se pueden usar. ¿Importar sin ellos?',
  'Import without them': 'Importar sin ellos',

  // Records of a source that end up in no list.
  'Image that is not in the folder': 'Imagen que no está en la carpeta',
  'Name that fits several images of the folder': 'Nombre que encaja con varias imágenes de la carpeta',
  'Different names that fit the same image': 'Nombres distintos que encajan con la misma imagen',
  'Image that the source puts into two splits': 'Imagen que el origen pone en dos particiones',
  'Image of the folder that the source does not name': 'Imagen de la carpeta que el origen no nombra',
  'Row without an image': 'Fila sin imagen',
  'Row with more cells than the header': 'Fila con más celdas que la cabecera',
  'Cell that is neither 0 nor 1': 'Celda que no es 0 ni 1',
  'Image with a label that is not known (-1)': 'Imagen con una etiqueta que no se sabe (-1)',
  'List of labels that cannot be read': 'Lista de etiquetas que no se puede leer',
  'Annotation of a category that is not listed': 'Anotación de una categoría que no está en la lista',
  'Annotation of an image that is not listed': 'Anotación de una imagen que no está en la lista',
  'Class that no annotation has': 'Clase que no tiene ninguna anotación',
  'Image listed more than once: its labels are joined': 'Imagen repetida: se unen sus etiquetas',
  'Image without an annotation file: it gets no label': 'Imagen sin archivo de anotaciones: queda sin etiqueta',
  'Line that does not begin with a class number': 'Línea que no empieza por un número de clase',
  'Class number that has no name': 'Número de clase sin nombre',
  'Annotation file without an image': 'Archivo de anotaciones sin imagen',
  'List of a split that is not in the folder': 'Lista de una partición que no está en la carpeta',
  'Folder of a split that has no images': 'Carpeta de una partición que no tiene imágenes',
  'XML file that is not a Pascal VOC annotation': 'Archivo XML que no es una anotación de Pascal VOC',
  'Object without a name': 'Objeto sin nombre',
  'Shape without a label': 'Forma sin etiqueta',
  'Task without an image': 'Tarea sin imagen',
  'Task without an annotation: its image gets no label': 'Tarea sin anotación: su imagen queda sin etiqueta',
  'Result that is not a label': 'Resultado que no es una etiqueta',
  'Image without a folder of its own: it gets no label': 'Imagen sin carpeta propia: queda sin etiqueta',
  'Line of a label file that cannot be used': 'Línea de un archivo de etiquetas que no se puede usar',
  'Line of a label file to look at; it is kept': 'Línea de un archivo de etiquetas por revisar; se conserva',
  'Hidden file or litter of an archive': 'Archivo oculto o restos de un archivo comprimido',
  'Symbolic link: it is not followed': 'Enlace simbólico: no se sigue',
  'Folder that is not searched for images': 'Carpeta en la que no se buscan imágenes',
  'Folder that you may not open': 'Carpeta que no tienes permiso para abrir',
  'Label without a name': 'Etiqueta sin nombre',
  'Class that disappears: none of its images is in the lists':
    'Clase que desaparece: ninguna de sus imágenes está en las listas',

  // Saving labels.
  "The line '{line}' cannot be read: a quotation mark is not closed.":
    'No se puede leer la línea “{line}”: hay unas comillas sin cerrar.',
  "These labels cannot be written in this file's layout ({separator:words} between path and labels): {labels}. Rename the label.":
    'Estas etiquetas no se pueden escribir en el formato de este archivo ({separator} entre ruta y etiquetas): {labels}. Cambia el nombre de la etiqueta.',
  "Nothing was written: with these labels {place} '{line}' would be read otherwise. Set data.separator in the project's settings, or avoid {separator:words} inside labels.":
    'No se ha escrito nada: con estas etiquetas, la línea {place} “{line}” se leería de otra manera. Fija data.separator en los ajustes del proyecto, o evita {separator} dentro de las etiquetas.',
};
