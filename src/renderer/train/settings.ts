import { z } from 'zod';
import { complaint } from '../../shared/complaint.ts';
import type { Config } from '../../shared/config.ts';
import { architectures, studentArchitectures } from '../../shared/architectures.ts';
import { configSchema } from '../../shared/config.ts';

/** The form is made from the config's own schema: what it allows, its defaults and its meaning are written there once. */

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
  | { readonly kind: 'text'; readonly nullable: boolean };

export interface Field {
  /** 'teacher.epochs_head', or 'seed'. */
  readonly key: string;
  /** Meaning and unit in English, from the schema. */
  readonly meaning: string;
  readonly type: FieldKind;
}

export interface Section {
  readonly name: string;
  readonly fields: readonly Field[];
}

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
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
    if (entry.properties === undefined)
      general.push({ key: name, meaning: entry.description ?? '', type: kindOf(name, entry) });
    else
      named.push({
        name,
        fields: Object.entries(entry.properties).map(([key, inner]) => ({
          key: `${name}.${key}`,
          meaning: inner.description ?? '',
          type: kindOf(`${name}.${key}`, inner),
        })),
      });
  }
  return [...named, { name: 'general', fields: general }];
}

function kindOf(key: string, schema: JsonSchema): FieldKind {
  if (key === 'teacher.architecture') return { kind: 'choice', options: architectures };
  if (key === 'student.architecture') return { kind: 'choice', options: studentArchitectures };
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

/** The config with one value changed, or what is wrong with the value. */
export function withValue(config: Config, key: string, value: unknown): { config: Config } | { complaint: string } {
  const [section, name] = key.split('.') as [string, string | undefined];
  const changed =
    name === undefined
      ? { ...config, [section]: value }
      : { ...config, [section]: { ...(config as unknown as Record<string, object>)[section], [name]: value } };
  const parsed = configSchema.safeParse(changed);
  return parsed.success ? { config: parsed.data } : { complaint: complaint(parsed.error.issues[0]!, 'It') };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Keys of the settings that differ, in the schema's order. */
export function differences(a: Config, b: Config): string[] {
  return sections()
    .flatMap(({ fields }) => fields)
    .map(({ key }) => key)
    .filter((key) => !same(valueAt(a, key), valueAt(b, key)));
}
