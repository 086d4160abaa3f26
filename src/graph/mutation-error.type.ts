import { Field, ObjectType } from 'type-graphql';
import type { DomainErrorCode } from '../domain/domain-error.ts';
import { graphEnum } from './enum.ts';
import { answers } from './errors.ts';

const descriptions = Object.fromEntries(
  Object.entries(answers).map(([code, { description }]) => [code, description]),
) as Record<DomainErrorCode, string>;

export const MutationErrorCodeEnum = graphEnum(
  'MutationErrorCode',
  'What stands against a change. Also the `extensions.reason` of thrown errors.',
  descriptions,
);

@ObjectType('MutationError', {
  simpleResolvers: true,
  description: 'A failure that a correct caller can cause: nothing was changed, and this says why.',
})
export class MutationErrorType {
  @Field(() => MutationErrorCodeEnum, { description: 'The fact, to decide by.' })
  code: DomainErrorCode;

  @Field(() => String, { description: 'A whole sentence in English that a person may read.' })
  message: string;

  @Field(() => String, {
    nullable: true,
    description: 'The field of the input that the error is about, where there is one.',
  })
  path: string | null;
}
