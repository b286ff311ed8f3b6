/** One reader of files that other people wrote. */
export interface Target {
  /** Well-formed files that are changed. */
  readonly seeds: readonly Uint8Array[];
  /** Text with a meaning in the format, inserted now and then; none for binary formats. */
  readonly pieces: readonly string[];
  /** Reads the bytes to the end. Resolves, or throws a Problem; anything else is a bug. */
  read(bytes: Buffer): unknown;
}

/** Each has a file in targets/, whose default export opens it with a folder to write into. */
export const targetNames = [
  'labelLines',
  'yamlConfig',
  'imports',
  'tflite',
  'safetensors',
  'hdf5',
  'checkpoint',
  'zip',
  'bundle',
  'imageHeaders',
] as const;
export type TargetName = (typeof targetNames)[number];

type Open = (folder: string) => Target | Promise<Target>;

export async function openTarget(name: TargetName, folder: string): Promise<Target> {
  const { default: open } = (await import(`./targets/${name}.ts`)) as { default: Open };
  return open(folder);
}
