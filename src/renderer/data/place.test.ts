import { describe, expect, test } from 'vitest';
import type { Place } from './place.ts';
import {
  inserted,
  inSight,
  moved,
  nearest,
  placeIn,
  placeOfEdit,
  renumbered,
  selectedTo,
  staleness,
  targets,
  toggledSelection,
} from './place.ts';

const asInFiles = (a: number, b: number): number => a - b;
const place = (part: Partial<Place> = {}): Place => ({
  shown: [2, 4, 6, 8],
  focus: 4,
  selected: new Set(),
  viewer: null,
  ...part,
});

describe('what a key changes', () => {
  test.each([
    ['the image in focus', place(), [4]],
    ['the selected images in view order', place({ selected: new Set([8, 2]) }), [2, 8]],
    ['nothing when no image has the focus', place({ focus: null }), []],
    ['nothing when the focus is not in the list', place({ focus: 5 }), []],
    ['nothing out of view, even if it is selected', place({ selected: new Set([5]) }), []],
  ])('%s', (_, own, expected) => expect(targets(own)).toEqual(expected));
});

describe('the nearest image that is left', () => {
  test.each([
    ['is the image itself', [2, 4, 8], 4],
    ['is the next one', [2, 6, 8], 6],
    ['is the one after next', [2, 8], 8],
    ['is the one before at the end', [2], 2],
    ['is null in an empty list', [], null],
  ])('%s', (_, left, expected) => expect(nearest([2, 4, 6, 8], 4, new Set(left))).toBe(expected));
  test('is the closest before, not the first', () => expect(nearest([2, 4, 6, 8], 8, new Set([2, 6]))).toBe(6));
  test('is null for an image that was never listed', () => expect(nearest([2], 9, new Set([2]))).toBeNull());
});

describe('a new list', () => {
  test('moves the focus to the neighbor and drops the selection of what left', () =>
    expect(placeIn(place({ selected: new Set([4, 8]) }), [2, 6, 8], asInFiles)).toEqual({
      shown: [2, 6, 8],
      focus: 6,
      selected: new Set([8]),
      viewer: null,
    }));
  test('gives the focus to its first image when there was none, or none is near', () => {
    expect(placeIn(place({ focus: null }), [6, 8], asInFiles).focus).toBe(6);
    expect(placeIn(place(), [1, 3], asInFiles).focus).toBe(1);
    expect(placeIn(place(), [], asInFiles).focus).toBeNull();
  });
  test('keeps the image that is open alone', () =>
    expect(placeIn(place({ viewer: 4, focus: 4 }), [2, 6], asInFiles)).toMatchObject({
      shown: [2, 4, 6],
      focus: 4,
      viewer: 4,
    }));
});

describe('images put into a list', () => {
  test.each([
    [[5], [2, 4, 5, 6, 8]],
    [
      [9, 1],
      [1, 2, 4, 6, 8, 9],
    ],
    [[4], [2, 4, 6, 8]],
    [
      [7, 5, 4],
      [2, 4, 5, 6, 7, 8],
    ],
  ])('%j', (images, expected) => expect(inserted([2, 4, 6, 8], images, asInFiles)).toEqual(expected));
  test('leave a list that has them as it is', () => {
    const list = [2, 4];
    expect(inserted(list, [4], asInFiles)).toBe(list);
  });
});

describe('undo and redo', () => {
  test('list and focus the image again, in its place', () =>
    expect(placeOfEdit(place({ focus: 8, selected: new Set([8]) }), [5], asInFiles)).toEqual({
      shown: [2, 4, 5, 6, 8],
      focus: 5,
      selected: new Set(),
      viewer: null,
    }));
  test('select the images of an edit of several, and keep a focus that is among them', () => {
    expect(placeOfEdit(place({ focus: 6 }), [6, 2], asInFiles)).toMatchObject({ focus: 6, selected: new Set([2, 6]) });
    expect(placeOfEdit(place({ focus: 4 }), [6, 2], asInFiles)).toMatchObject({ focus: 2 });
  });
  test('show the image in an open viewer', () =>
    expect(placeOfEdit(place({ viewer: 4 }), [6], asInFiles)).toMatchObject({ focus: 6, viewer: 6 }));
});

describe('moving the focus', () => {
  test.each([
    [1, 6],
    [-1, 2],
    [9, 8],
    [-9, 2],
    [0, 4],
  ])('by %d', (steps, expected) => expect(moved(place(), steps).focus).toBe(expected));
  test('without a visible focus shows one and does not move', () => {
    expect(moved(place({ focus: null }), 2).focus).toBe(2);
    expect(moved(place({ focus: 5 }), 2, true)).toMatchObject({ focus: 2, selected: new Set() });
    expect(moved(place({ shown: [], focus: null }), 1).focus).toBeNull();
  });
  test('leaves the selection alone unless it extends it, over everything between', () => {
    expect(moved(place({ selected: new Set([8]) }), 1).selected).toEqual(new Set([8]));
    expect(moved(place(), 2, true)).toMatchObject({ focus: 8, selected: new Set([4, 6, 8]) });
    expect(moved(place({ focus: 8, selected: new Set([8]) }), -2, true).selected).toEqual(new Set([4, 6, 8]));
  });
});

describe('selecting', () => {
  test('up to an image takes everything from the focus', () => {
    expect(selectedTo(place(), 8)).toMatchObject({ focus: 8, selected: new Set([4, 6, 8]) });
    expect(selectedTo(place({ focus: 8 }), 2).selected).toEqual(new Set([2, 4, 6, 8]));
  });
  test('up to an image without a visible focus only moves the focus there, or takes that one', () => {
    expect(selectedTo(place({ focus: 5 }), 8)).toMatchObject({ focus: 8, selected: new Set() });
    expect(selectedTo(place({ focus: null }), 8).focus).toBe(2);
  });
  test('one image twice ends its selection', () => {
    const once = toggledSelection(place(), 6);
    expect(once).toMatchObject({ focus: 6, selected: new Set([6]) });
    expect(toggledSelection(once, 6).selected).toEqual(new Set());
  });
});

describe('after the files were read again', () => {
  /** Line 4 is gone, and those behind it moved up. */
  const numberOf = (image: number): number | null => (image === 4 ? null : image > 4 ? image - 1 : image);
  test('list, focus and selection follow their images', () =>
    expect(renumbered(place({ focus: 6, selected: new Set([4, 8]) }), numberOf, [], asInFiles)).toEqual({
      shown: [2, 5, 7],
      focus: 5,
      selected: new Set([7]),
      viewer: null,
    }));
  test('the focus moves to the neighbor of a line that is gone, and its viewer closes', () => {
    expect(renumbered(place({ viewer: 4 }), numberOf, [], asInFiles)).toMatchObject({ focus: 5, viewer: null });
    expect(renumbered(place({ viewer: 6, focus: 6 }), numberOf, [], asInFiles)).toMatchObject({ focus: 5, viewer: 5 });
  });
  test('new images that pass join in their order', () =>
    expect(renumbered(place(), numberOf, [3], asInFiles).shown).toEqual([2, 3, 5, 7]));
  test('a list that was empty puts the focus on its first image', () =>
    expect(renumbered(place({ shown: [], focus: null }), numberOf, [0, 1], asInFiles)).toMatchObject({
      shown: [0, 1],
      focus: 0,
    }));
});

test('staleness names what would leave, and tells another order too', () => {
  expect(staleness([2, 4], [2, 4])).toEqual({ leaving: new Set(), stale: false });
  expect(staleness([2, 4, 6], [4])).toEqual({ leaving: new Set([2, 6]), stale: true });
  expect(staleness([2, 4], [4, 2])).toEqual({ leaving: new Set(), stale: true });
  expect(staleness([2], [2, 4])).toEqual({ leaving: new Set(), stale: true });
});

test.each([
  [100, true],
  [50, true],
  [49, false],
  [250, true],
  [251, false],
])('a row of 100 pixels at %d is in sight of the 200 pixels from 100: %s', (top, expected) =>
  expect(inSight({ top, height: 100 }, { top: 100, height: 200 })).toBe(expected),
);
