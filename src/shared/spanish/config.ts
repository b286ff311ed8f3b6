/** Settings that are not possible as they stand. */
export const configMessages: Readonly<Record<string, string>> = {
  "There is no preset '{preset}'. Presets: {names}.": 'No existe el preajuste “{preset}”. Preajustes: {names}.',
  "There is no preset '{preset}'; did you mean {guess}? Presets: {names}.":
    'No existe el preajuste “{preset}”; ¿querías decir {guess}? Preajustes: {names}.',
  'The settings file {file} cannot be read.': 'No se puede leer el archivo de ajustes {file}.',
  "{file}:1: settings are a list of 'key: value' lines.":
    "{file}:1: los ajustes son una lista de líneas 'clave: valor'.",
  '--set {assignment}: write key=value, for example --set teacher.epochs_head=3':
    '--set {assignment}: escribe clave=valor, por ejemplo --set teacher.epochs_head=3',
  '--set {assignment}: the value cannot be read.': '--set {assignment}: no se puede leer el valor.',
  'unknown setting {key}.': 'ajuste desconocido {key}.',
  'unknown setting {key}; did you mean {guess}?': 'ajuste desconocido {key}; ¿querías decir {guess}?',
  '{key:words} must be more than {limit:number}.': '{key} tiene que ser mayor que {limit}.',
  '{key:words} must be at least {limit:number}.': '{key} tiene que ser {limit} o más.',
  '{key:words} must be less than {limit:number}.': '{key} tiene que ser menor que {limit}.',
  '{key:words} must be at most {limit:number}.': '{key} tiene que ser {limit} o menos.',
  '{key:words} must be one of {values}.': '{key} tiene que ser uno de {values}.',
  '{key:words} must be a whole number.': '{key} tiene que ser un número entero.',
  '{key:words} must be of type {type:words}.': '{key} tiene que ser {type}.',
  '{key:words} is wrong: {reason:words}.': '{key} está mal: {reason}.',
  "unknown architecture '{name}': one of {names}":
    'no se conoce la arquitectura “{name}”; tiene que ser una de {names}',
  '{architecture} can be a teacher, but no student: the student is quantized to INT8, which its swish and squeeze-excite do not stand. Take one of {names}':
    '{architecture} puede ser maestro, pero no alumno: el alumno se cuantiza a INT8, y su swish y su squeeze-excite no lo soportan. Toma una de {names}',
  'place, colour, noise and erase, each once, with commas between':
    'place, colour, noise y erase, una vez cada uno, separados por comas',
  'letters, digits, dot, dash and underscore': 'letras, cifras, punto, guion y guion bajo',
  'this is not YAML ({reason}).': 'esto no es YAML válido ({reason}).',
  '{file} has more than {limit:number} KB: this is not a settings file.':
    '{file} tiene más de {limit} KB: no es un archivo de ajustes.',
  '{file} has more than {limit:number} tags (! or %): this is not a settings file.':
    '{file} tiene más de {limit} etiquetas (! o %): no es un archivo de ajustes.',
  'brackets are nested more than {limit:number} levels deep.': 'los corchetes están anidados a más de {limit} niveles.',
  '{file}: values are nested too deep.': '{file}: los valores están anidados a demasiada profundidad.',
  'aliases (*{name}) are not supported: write the value itself.':
    'no se admiten los alias (*{name}): escribe el valor directamente.',
  '--set {assignment}: unknown setting __proto__.': '--set {assignment}: ajuste desconocido: __proto__.',
  'unknown setting __proto__.': 'ajuste desconocido: __proto__.',
  "'{key}' is set twice.": '“{key}” está fijado dos veces.',
  '... and {count:number} more.': '... y {count} más.',
  'line {line:number}': 'línea {line}',
  settings: 'ajustes',
  It: 'El valor',
  number: 'un número',
  string: 'un texto',
  boolean: 'true o false',
  object: 'una lista de claves y valores',
  tuple: 'una lista',
  array: 'una lista',
};
