import { z } from 'zod';
import type { Message, Parameter } from './message.ts';
import { quoted } from './message.ts';

/** Messages within messages: we write three levels at most, but a file could nest them until the stack overflows. */
const MOST_LEVELS = 8;

type Item = string | Message;

const parameterOf = (item: z.ZodType<Item>): z.ZodType<Parameter> => z.union([z.number(), item, z.array(item)]);
const codedFieldsOf = (item: z.ZodType<Item>) => ({
  code: z.string().optional(),
  params: z.record(z.string(), parameterOf(item)).optional(),
});
const messageOf = (item: z.ZodType<Item>) => z.object({ text: z.string(), ...codedFieldsOf(item) });
const itemWithin = (levels: number): z.ZodType<Item> =>
  levels === 0 ? z.string() : z.union([z.string(), messageOf(itemWithin(levels - 1))]);

const item = itemWithin(MOST_LEVELS);

/** The fields that let a problem be said again in another language. */
export const codedFields = codedFieldsOf(item);

/** A message from another process or a file; plain text, as earlier versions wrote it, stays as it is. */
export const messageSchema = z.union([z.string().transform(quoted), messageOf(item)]);
