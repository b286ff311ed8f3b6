/** Engines, graphics cards, and what a machine lacks. */
export const engineMessages: Readonly<Record<string, string>> = {
  'onnxruntime on the CPU, {threads:number} threads, plain layout':
    'onnxruntime en la CPU, {threads} hilos, disposición simple',
  'onnxruntime on the CPU, {threads:number} thread, plain layout':
    'onnxruntime en la CPU, {threads} hilo, disposición simple',
  'onnxruntime on the CPU, {threads:number} threads, blocked layout ({block:number} channels)':
    'onnxruntime en la CPU, {threads} hilos, disposición en bloques ({block} canales)',
  'onnxruntime on the CPU, {threads:number} thread, blocked layout ({block:number} channels)':
    'onnxruntime en la CPU, {threads} hilo, disposición en bloques ({block} canales)',
  'onnxruntime on CUDA, {cards}, plain layout': 'onnxruntime en CUDA, {cards}, disposición simple',
  'onnxruntime on WebGPU, {adapter:words}, plain layout': 'onnxruntime en WebGPU, {adapter}, disposición simple',
  'NVIDIA card': 'tarjeta NVIDIA',
  'Graphics card {id}': 'Tarjeta gráfica {id}',
  'Vulkan software adapter': 'adaptador Vulkan por software',
  '{engine:words}, each batch in up to {parts:number} parts': '{engine}, cada lote en hasta {parts} partes',
  'TensorFlow {version} through TensorFlow.js, on CUDA': 'TensorFlow {version} mediante TensorFlow.js, en CUDA',
  'TensorFlow {version} through TensorFlow.js, on the CPU with its own number of threads':
    'TensorFlow {version} mediante TensorFlow.js, en la CPU, con los hilos que él decide',
  'not tried': 'no probado',

  // What is missing.
  'onnxruntime has no WebGPU for {platform} on {arch}.': 'onnxruntime no tiene WebGPU para {platform} en {arch}.',
  'The Vulkan loader (libvulkan.so.1) is missing.': 'Falta el cargador de Vulkan (libvulkan.so.1).',
  'No Vulkan driver is installed.': 'No hay ningún controlador de Vulkan instalado.',
  'No graphics card is visible to this system. A software adapter can be tried by name (engine.name: onnx-webgpu), but is slower than onnx-cpu.':
    'Este sistema no ve ninguna tarjeta gráfica. Se puede probar por su nombre un adaptador por software (engine.name: onnx-webgpu), pero es más lento que onnx-cpu.',
  "onnxruntime's CUDA provider is not installed.": 'El proveedor CUDA de onnxruntime no está instalado.',
  'CUDA 12 is missing (libcudart.so.12).': 'Falta CUDA 12 (libcudart.so.12).',
  'CUDA 12 is missing (libcublas.so.12).': 'Falta CUDA 12 (libcublas.so.12).',
  'cuDNN 8 is missing (libcudnn.so.8).': 'Falta cuDNN 8 (libcudnn.so.8).',
  'TensorFlow for Node is not installed.': 'TensorFlow para Node no está instalado.',
  'The native half of {package} is missing.': 'Falta la mitad nativa de {package}.',
  'cuDNN 9 is missing (libcudnn.so.9).': 'Falta cuDNN 9 (libcudnn.so.9).',
  'onnxruntime has its CUDA provider for Node on Linux x64 only; onnx-webgpu uses any graphics card.':
    'onnxruntime solo tiene su proveedor CUDA para Node en Linux x64; onnx-webgpu usa cualquier tarjeta gráfica.',
  'No NVIDIA driver is loaded, or there is no NVIDIA card.':
    'No hay controlador de NVIDIA cargado, o no hay tarjeta NVIDIA.',
  'sudo apt-get install mesa-vulkan-drivers   (AMD, Intel; for NVIDIA its own driver)':
    'sudo apt-get install mesa-vulkan-drivers   (AMD, Intel; para NVIDIA, su propio controlador)',
  "sudo apt-get install cuda-libraries-12-8   (from NVIDIA's repository)":
    'sudo apt-get install cuda-libraries-12-8   (del repositorio de NVIDIA)',
  "sudo apt-get install cudnn9-cuda-12   (from NVIDIA's repository)":
    'sudo apt-get install cudnn9-cuda-12   (del repositorio de NVIDIA)',
  'sudo apt-get install nvidia-driver   (where there is a card)':
    'sudo apt-get install nvidia-driver   (si hay tarjeta)',

  'sudo apt-get install nvidia-driver   (where there is a card; else: {command})':
    'sudo apt-get install nvidia-driver   (si hay tarjeta; si no: {command})',

  // What fails.
  'The graphics card stopped answering (its driver was reset, or the card was taken away). The last checkpoint is safe.':
    'La tarjeta gráfica dejó de responder (se reinició su controlador, o se quitó la tarjeta). El último punto de control está a salvo.',
  'onnxruntime could not {what:words} the model: {reason}': 'onnxruntime no pudo {what} el modelo: {reason}',
  load: 'cargar',
  run: 'ejecutar',
  'tfjs cannot start: {reason:words}': 'tfjs no puede arrancar: {reason}',
  'TensorFlow {version} finds no graphics card it can use, though a driver is loaded: it may be older than CUDA 12 asks for (525).':
    'TensorFlow {version} no encuentra una tarjeta gráfica que pueda usar, aunque hay un controlador cargado: puede ser más antiguo de lo que pide CUDA 12 (525).',
  'tfjs cannot start: {reason:words} To fix it: {command}':
    'tfjs no puede arrancar: {reason} Para arreglarlo: {command}',
  '@tensorflow/{name} does not load: {reason} To fix it: {command}':
    '@tensorflow/{name} no se carga: {reason} Para arreglarlo: {command}',
};
