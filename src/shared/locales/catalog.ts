import type { en } from './en.ts';

/** The shape of a catalog: every key of the English one, with a text of its own. */
type Shape<Entries> = {
  readonly [Key in keyof Entries]: Entries[Key] extends string ? string : Shape<Entries[Key]> & OtherPlurals;
};

/** Plural forms that English lacks, such as Spanish `many` (CLDR): allowed beside its `one` and `other`. */
type OtherPlurals = { readonly [Key in `${string}_${'zero' | 'two' | 'few' | 'many'}`]?: string };

export type Catalog = Shape<typeof en>;
