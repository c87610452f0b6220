import { type JsonObject } from '../../contract/handler.js';
import { PROBLEM_MEDIA_TYPE } from '../problems/problem-body.js';

type ProblemExample = { summary: string; value: JsonObject };

/**
 * Puts the path of the operation into its examples of problems, as a response does [RFC 9457 §3.1.5].
 *
 * @param operations of that path, changed in place
 */
export function nameInstances(
  path: string,
  operations: readonly { readonly responses: Record<string, JsonObject> }[],
): void {
  for (const { responses } of operations) {
    for (const [status, response] of Object.entries(responses)) {
      // Made by `ApiProblems` and shared by the operations of a controller, so it is copied.
      const content = response['content'] as Record<string, JsonObject> | undefined;
      const problem = content?.[PROBLEM_MEDIA_TYPE];
      if (problem === undefined) continue;
      const examples = Object.entries(problem['examples'] as Record<string, ProblemExample>);
      const named = examples.map(([name, example]) => [
        name,
        { ...example, value: { ...example.value, instance: path } },
      ]);
      responses[status] = {
        ...response,
        content: {
          ...content,
          [PROBLEM_MEDIA_TYPE]: { ...problem, examples: Object.fromEntries(named) as JsonObject },
        },
      };
    }
  }
}
