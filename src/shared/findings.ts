import { z } from 'zod';
import { message } from './message.ts';
import { messageSchema } from './messageSchema.ts';

/**
 * What can be wrong with a labeled folder. Errors block training; warnings do not. The order is that of the texts on
 * the command line.
 */
export const findingTexts = {
  missingLabelFile: {
    title: message('findings.missingLabelFile.title'),
    advice: message('findings.missingLabelFile.advice'),
  },
  encoding: {
    title: message('findings.encoding.title'),
    advice: message('findings.encoding.advice'),
  },
  lineEnding: {
    title: message('findings.lineEnding.title'),
    advice: message('findings.lineEnding.advice'),
  },
  lineTooLong: {
    title: message('findings.lineTooLong.title'),
    advice: message('findings.lineTooLong.advice'),
  },
  malformedLine: {
    title: message('findings.malformedLine.title'),
    advice: message('findings.malformedLine.advice'),
  },
  headerLine: {
    title: message('findings.headerLine.title'),
    advice: message('findings.headerLine.advice'),
  },
  otherSeparator: {
    title: message('findings.otherSeparator.title'),
    advice: message('findings.otherSeparator.advice'),
  },
  missing: {
    title: message('findings.missing.title'),
    advice: message('findings.missing.advice'),
  },
  outside: {
    title: message('findings.outside.title'),
    advice: message('findings.outside.advice'),
  },
  unreadable: {
    title: message('findings.unreadable.title'),
    advice: message('findings.unreadable.advice'),
  },
  imageKind: {
    title: message('findings.imageKind.title'),
    advice: message('findings.imageKind.advice'),
  },
  notAnImage: {
    title: message('findings.notAnImage.title'),
    advice: message('findings.notAnImage.advice'),
  },
  truncated: {
    title: message('findings.truncated.title'),
    advice: message('findings.truncated.advice'),
  },
  tooLarge: {
    title: message('findings.tooLarge.title'),
    advice: message('findings.tooLarge.advice'),
  },
  pathTwice: {
    title: message('findings.pathTwice.title'),
    advice: message('findings.pathTwice.advice'),
  },
  inTwoSplits: {
    title: message('findings.inTwoSplits.title'),
    advice: message('findings.inTwoSplits.advice'),
  },
  twoLabelSets: {
    title: message('findings.twoLabelSets.title'),
    advice: message('findings.twoLabelSets.advice'),
  },
  emptySplit: {
    title: message('findings.emptySplit.title'),
    advice: message('findings.emptySplit.advice'),
  },
  noLabels: {
    title: message('findings.noLabels.title'),
    advice: message('findings.noLabels.advice'),
  },
  yoloList: {
    title: message('findings.yoloList.title'),
    advice: message('findings.yoloList.advice'),
  },
  oneHotList: {
    title: message('findings.oneHotList.title'),
    advice: message('findings.oneHotList.advice'),
  },
  boxList: {
    title: message('findings.boxList.title'),
    advice: message('findings.boxList.advice'),
  },
  listCell: {
    title: message('findings.listCell.title'),
    advice: message('findings.listCell.advice'),
  },
  nothingToLearn: {
    title: message('findings.nothingToLearn.title'),
    advice: message('findings.nothingToLearn.advice'),
  },
  unlabeledImages: {
    title: message('findings.unlabeledImages.title'),
    advice: message('findings.unlabeledImages.advice'),
  },
  labelsFile: {
    title: message('findings.labelsFile.title'),
    advice: message('findings.labelsFile.advice'),
  },
  tooManyLabels: {
    title: message('findings.tooManyLabels.title'),
    advice: message('findings.tooManyLabels.advice'),
  },
  unknownLabel: {
    title: message('findings.unknownLabel.title'),
    advice: message('findings.unknownLabel.advice'),
  },
  wrongExtension: {
    title: message('findings.wrongExtension.title'),
    advice: message('findings.wrongExtension.advice'),
  },
  endMarkerMissing: {
    title: message('findings.endMarkerMissing.title'),
    advice: message('findings.endMarkerMissing.advice'),
  },
  contentTwice: {
    title: message('findings.contentTwice.title'),
    advice: message('findings.contentTwice.advice'),
  },
  hiddenCharacters: {
    title: message('findings.hiddenCharacters.title'),
    advice: message('findings.hiddenCharacters.advice'),
  },
  similarLabels: {
    title: message('findings.similarLabels.title'),
    advice: message('findings.similarLabels.advice'),
  },
  separatorInLabel: {
    title: message('findings.separatorInLabel.title'),
    advice: message('findings.separatorInLabel.advice'),
  },
  notInTrain: {
    title: message('findings.notInTrain.title'),
    advice: message('findings.notInTrain.advice'),
  },
  notMeasured: {
    title: message('findings.notMeasured.title'),
    advice: message('findings.notMeasured.advice'),
  },
  fewPositives: {
    title: message('findings.fewPositives.title'),
    advice: message('findings.fewPositives.advice'),
  },
} as const;

export type FindingCode = keyof typeof findingTexts;
export const findingCodes = Object.keys(findingTexts) as FindingCode[];

const placeSchema = z.object({
  /** Label file, relative to the project folder. */
  file: z.string(),
  /** From 1; null when the finding is about the whole file. */
  line: z.int().nullable(),
  path: z.string().nullable(),
});
export type Place = z.infer<typeof placeSchema>;

export const findingSchema = z.object({
  code: z.enum(findingCodes),
  severity: z.enum(['error', 'warning']),
  split: z.enum(['train', 'val', 'test']).nullable(),
  /** Label file, relative to the project folder; null when the finding is about no single file. */
  file: z.string().nullable(),
  /** Line in that file, from 1. */
  line: z.int().nullable(),
  /** Image path as the label file has it. */
  path: z.string().nullable(),
  label: z.string().nullable(),
  /** One sentence that names the file, path or label. */
  message: messageSchema,
  /** What the decoder or the operating system reported, in English. */
  detail: z.string().nullable(),
  /** Other lines that are part of the finding. */
  others: z.array(placeSchema),
});
export type Finding = z.infer<typeof findingSchema>;
