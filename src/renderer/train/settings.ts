import { z } from 'zod';
import type { Config } from '../../shared/config.ts';
import { architectures, studentArchitectures } from '../../shared/architectures.ts';
import { augmentationSteps, configSchema } from '../../shared/config.ts';

/** The form is generated from the config schema, the only place for allowed values and defaults. */

export type FieldKind =
  | {
      readonly kind: 'number';
      readonly integer: boolean;
      readonly min: number | null;
      readonly max: number | null;
      readonly nullable: boolean;
    }
  | { readonly kind: 'choice'; readonly options: readonly string[] }
  | { readonly kind: 'color' }
  /** A list of these steps, each exactly once. */
  | { readonly kind: 'order'; readonly steps: readonly string[] }
  | { readonly kind: 'text'; readonly nullable: boolean };

export interface Field {
  /** For example 'teacher.epochs_head' or 'seed'. */
  readonly key: string;
  readonly type: FieldKind;
}

export interface Section {
  readonly name: string;
  readonly fields: readonly Field[];
}

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly prefixItems?: readonly JsonSchema[];
}

export function sections(): Section[] {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const general: Field[] = [];
  const named: Section[] = [];
  for (const [name, entry] of Object.entries(schema.properties ?? {})) {
    if (entry.properties === undefined) general.push({ key: name, type: kindOf(name, entry) });
    else
      named.push({
        name,
        fields: Object.entries(entry.properties).map(([key, inner]) => ({
          key: `${name}.${key}`,
          type: kindOf(`${name}.${key}`, inner),
        })),
      });
  }
  return [...named, { name: 'general', fields: general }];
}

function kindOf(key: string, schema: JsonSchema): FieldKind {
  if (key === 'teacher.architecture') return { kind: 'choice', options: architectures };
  if (key === 'student.architecture') return { kind: 'choice', options: studentArchitectures };
  if (key === 'augmentation.order') return { kind: 'order', steps: augmentationSteps };
  if (schema.prefixItems !== undefined) return { kind: 'color' };
  const own = schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
  const nullable = schema.anyOf !== undefined;
  if (own.enum !== undefined) return { kind: 'choice', options: own.enum };
  if (own.type === 'number' || own.type === 'integer') {
    const bound = (value: number | undefined): number | null =>
      value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? null : value;
    return {
      kind: 'number',
      integer: own.type === 'integer',
      min: bound(own.minimum ?? own.exclusiveMinimum),
      max: bound(own.maximum ?? own.exclusiveMaximum),
      nullable,
    };
  }
  return { kind: 'text', nullable };
}

export function valueAt(config: Config, key: string): unknown {
  return key.split('.').reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], config);
}

/** Why the schema rejects a value; `fieldError` turns it into a sentence. */
export type FieldIssue = z.core.$ZodIssue;

/** The config with one value changed, or why the value is rejected. */
export function withValue(config: Config, key: string, value: unknown): { config: Config } | { issue: FieldIssue } {
  const [section, name] = key.split('.') as [string, string | undefined];
  const changed =
    name === undefined
      ? { ...config, [section]: value }
      : { ...config, [section]: { ...(config as unknown as Record<string, object>)[section], [name]: value } };
  const parsed = configSchema.safeParse(changed);
  return parsed.success ? { config: parsed.data } : { issue: parsed.error.issues[0]! };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Keys of the settings that differ, in the schema's order. */
export function differences(a: Config, b: Config): string[] {
  return sections()
    .flatMap(({ fields }) => fields)
    .map(({ key }) => key)
    .filter((key) => !same(valueAt(a, key), valueAt(b, key)));
}
