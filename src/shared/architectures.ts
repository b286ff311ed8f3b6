/**
 * The networks that settings, forms and files can name, by family. How a family's networks are built, and what other
 * libraries call their weights: src/main/pipeline/models/registry.ts.
 */

interface Member {
  /** Side of the square images that the published weights were trained on, in pixels. */
  readonly inputSize: number;
  /** Other spellings that settings accept, in lower case and without punctuation. */
  readonly spellings: readonly string[];
}

export interface FamilyTraits {
  readonly title: string;
  /** An INT8 file can hold it, so it can be a student; swish and squeeze-excite have no place there. */
  readonly quantizable: boolean;
  /** What Keras knows of it: published networks, layers that follow the same names, or nothing. */
  readonly keras: 'published' | 'namesOnly' | 'none';
  readonly members: Readonly<Record<string, Member>>;
}

const efficientNet = (inputSize: number, number: number): Member => ({
  inputSize,
  spellings: [`b${number}`, `${number}`, `efficientnet${number}`],
});
const efficientNetLite = (inputSize: number, number: number): Member => ({
  inputSize,
  spellings: [`lite${number}`, `liteb${number}`, `efficientnetliteb${number}`],
});

export const families = {
  efficientnet: {
    title: 'EfficientNet',
    quantizable: false,
    keras: 'published',
    members: {
      'efficientnet-b0': efficientNet(224, 0),
      'efficientnet-b1': efficientNet(240, 1),
      'efficientnet-b2': efficientNet(260, 2),
      'efficientnet-b3': efficientNet(300, 3),
      'efficientnet-b4': efficientNet(380, 4),
      'efficientnet-b5': efficientNet(456, 5),
      'efficientnet-b6': efficientNet(528, 6),
      'efficientnet-b7': efficientNet(600, 7),
    },
  },
  'efficientnet-lite': {
    title: 'EfficientNet-Lite',
    quantizable: true,
    keras: 'namesOnly',
    members: {
      'efficientnet-lite0': efficientNetLite(224, 0),
      'efficientnet-lite1': efficientNetLite(240, 1),
      'efficientnet-lite2': efficientNetLite(260, 2),
      'efficientnet-lite3': efficientNetLite(280, 3),
      'efficientnet-lite4': efficientNetLite(300, 4),
    },
  },
  mobilenetv4: {
    title: 'MobileNetV4',
    quantizable: true,
    keras: 'none',
    members: { 'mobilenetv4-conv-small': { inputSize: 224, spellings: ['mobilenetv4'] } },
  },
} as const satisfies Readonly<Record<string, FamilyTraits>>;

export type FamilyName = keyof typeof families;
export type MemberOf<F extends FamilyName> = keyof (typeof families)[F]['members'];
export type Architecture = { [F in FamilyName]: MemberOf<F> }[FamilyName];

export const familyNames = Object.keys(families) as readonly FamilyName[];
export const membersOf = (family: FamilyName): readonly Architecture[] =>
  Object.keys(families[family].members) as Architecture[];

export const architectures: readonly Architecture[] = familyNames.flatMap(membersOf);

/** Networks that a student can be: it becomes an INT8 file. */
export const studentArchitectures: readonly Architecture[] = familyNames
  .filter((family) => families[family].quantizable)
  .flatMap(membersOf);

export const familyNameOf = (architecture: Architecture): FamilyName =>
  familyNames.find((family) => architecture in families[family].members)!;

export const traitsOf = (architecture: Architecture): FamilyTraits => families[familyNameOf(architecture)];

export function memberNamed(architecture: Architecture): Member {
  const { members } = traitsOf(architecture);
  return members[architecture]!;
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** 'EfficientNet-Lite B1', 'EfficientNetB3', 'tf_efficientnet_lite1', 'lite1' and the like are accepted. */
export function architectureNamed(name: string): Architecture | null {
  const wanted = plain(name).replace(/^tf/, '');
  return (
    architectures.find(
      (architecture) => plain(architecture) === wanted || memberNamed(architecture).spellings.includes(wanted),
    ) ?? null
  );
}
