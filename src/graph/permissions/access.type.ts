import { Field, ObjectType } from 'type-graphql';
import type { InactiveReason } from '../../domain/permissions/explanation.store.ts';
import { graphEnum } from '../enum.ts';
import { AccessPathType } from './access-path.type.ts';

const InactiveReasonEnum = graphEnum<InactiveReason>('InactiveReason', 'Why a user may do nothing now.', {
  blocked: 'An admin blocked them.',
  removed: 'They were removed from the organization.',
  inactiveInDirectory: 'No linked directory has them as active.',
});

@ObjectType('AccessExplanation', { simpleResolvers: true, description: 'Why a user may, or may not, do something.' })
export class AccessExplanationType {
  @Field(() => Boolean, { description: 'Whether they may, as `check` answers.' })
  isAllowed: boolean;

  @Field(() => InactiveReasonEnum, {
    nullable: true,
    description: 'Why the paths lead nowhere now; null for an active user.',
  })
  inactiveReason: InactiveReason | null;

  @Field(() => [AccessPathType], {
    description: 'Every way on which the permission reaches them, also while they are inactive.',
  })
  paths: AccessPathType[];

  @Field(() => [AccessPathType], {
    description: 'Ways that end in other spaces than the one asked for: the permission holds there.',
  })
  otherSpaces: AccessPathType[];
}
