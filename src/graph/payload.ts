import { type ClassType, Field, ObjectType } from 'type-graphql';
import type { DomainError } from '../domain/domain-error.ts';
import { isExpected } from './errors.ts';
import { MutationErrorType } from './mutation-error.type.ts';

/** A field of a payload besides `errors`; null where the mutation failed. */
export interface PayloadField {
  type: () => ClassType | object;
  description: string;
}

/** The object type that a mutation answers with: its fields, all nullable, and `errors`. */
export function payloadType(name: string, description: string, fields: Record<string, PayloadField>): ClassType {
  @ObjectType(name, { simpleResolvers: true, description })
  class Payload {
    @Field(() => [MutationErrorType], { description: 'Why nothing was changed; empty on success.' })
    errors: MutationErrorType[];
  }
  for (const [field, { type, description: text }] of Object.entries(fields)) {
    Field(type as () => ClassType, { nullable: true, description: text })(Payload.prototype, field);
  }
  return Payload;
}

/** Runs a mutation; what a correct caller can cause becomes data, everything else is thrown on. */
export async function answerMutation<Result extends object>(
  input: object,
  work: () => Promise<Result>,
): Promise<Partial<Result> & { errors: MutationErrorType[] }> {
  try {
    return { ...(await work()), errors: [] };
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { errors: [{ code: error.code, message: error.message, path: pathOf(error, input) }] } as Partial<Result> & {
      errors: MutationErrorType[];
    };
  }
}

/** An unknown id is found in the input, so that a caller who sent several knows which one it was. */
function pathOf({ details }: DomainError, input: object): string | null {
  if (details.path !== undefined) return details.path;
  const found = Object.entries(input).find(([, value]) => value !== undefined && value === details.id);
  return found?.[0] ?? null;
}
