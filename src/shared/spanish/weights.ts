/** Pretrained weights: downloads, and files that hold a network. */
export const weightsMessages: Readonly<Record<string, string>> = {
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
