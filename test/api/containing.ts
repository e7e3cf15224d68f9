import { expect } from 'vitest';

/** A text in an expected value of which only a part matters. */
export const containing = (text: string): unknown => expect.stringContaining(text);
