import type { Message, MessageCode, ParameterArguments } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import type { TfliteFile } from './read.ts';

export interface TfliteFinding {
  /** The part of the file: "Tensor 12 ('block2a.add')", 'Labels'. */
  readonly where: Message;
  /** What is wrong with that part, and what it should be. */
  readonly problem: Message;
}

export type FindingCode = Extract<MessageCode, `modelFile.${string}`>;

/** Records a finding unless `ok`. */
export type Check = <Code extends FindingCode>(
  ok: boolean,
  where: Message,
  ...[code, params]: [Code, ...ParameterArguments<Code>]
) => void;

export const findingMessage = ({ where, problem }: TfliteFinding): Message =>
  message('modelFile.finding', { where, problem });

export const tensorName = (file: TfliteFile, index: number): string => file.tensors[index]?.name ?? '';
export const tensorPart = (file: TfliteFile, index: number): Message =>
  message('modelFile.tensor', { index, name: tensorName(file, index) });

/** float32's smallest normal number: XNNPACK refuses scales below it. */
const SMALLEST_SCALE = 2 ** -126;
export const isScale = (scale: number): boolean => Number.isFinite(scale) && scale >= SMALLEST_SCALE;

export const shapeText = (shape: readonly number[]): string => shape.join(' x ');

export const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
