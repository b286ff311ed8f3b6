/** Engines, graphics cards, and what a machine lacks. */
export const engineMessages: Readonly<Record<string, string>> = {
  'NVIDIA card': 'tarjeta NVIDIA',
  'Graphics card {id}': 'Tarjeta gráfica {id}',
  'not tried': 'no probado',

  // What is missing.

  // What fails.
  '{host} does not know {package} ({status}).': '{host} no conoce {package} ({status}).',
  '{host} has no {package} {version} for Linux x64 with a checksum.':
    '{host} no tiene {package} {version} para Linux x64 con una suma de comprobación.',
};
