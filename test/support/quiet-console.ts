import type { Console } from '../../cli/provision/console.ts';

/** A console that remembers what was said and answers every question the same way. */
export const quietConsole = (
  answer = true,
): Console & { readonly said: readonly string[]; readonly asked: readonly string[] } => {
  const said: string[] = [];
  const asked: string[] = [];
  return {
    said,
    asked,
    say: (line) => void said.push(line),
    consent: async (question) => {
      asked.push(question);
      return answer;
    },
  };
};
