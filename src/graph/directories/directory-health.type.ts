import { Field, Int, ObjectType } from 'type-graphql';
import { COUNT_MAX, SECRET_WARNING_DAYS, WRITE_DAYS_MAX } from '../../domain/directories/directory-health.ts';
import type { RefusalReason } from '../../domain/events/refused-call.entity.ts';
import { RefusalReasonEnum } from '../events/refused-call.type.ts';
import { DateTimeScalar } from '../scalars.ts';

@ObjectType('DirectoryHealth', {
  simpleResolvers: true,
  description: `How provisioning of a directory goes. Counting stops at ${COUNT_MAX}.`,
})
export class DirectoryHealthType {
  @Field(() => DateTimeScalar, { nullable: true, description: 'The last SCIM call that got in; null for none.' })
  lastCallAt: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: `The last call that wrote; null for none in the last ${WRITE_DAYS_MAX} days.`,
  })
  lastWriteAt: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'The last call that got in but was refused or failed; null for none.',
  })
  lastFailureAt: Date | null;

  @Field(() => Int, { description: 'Calls of the last 24 hours that got in but were refused or failed.' })
  failedCallsLastDay: number;

  @Field(() => Int, { description: 'Calls of the last 24 hours that did not get in; see `refusedCalls`.' })
  refusedCallsLastDay: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'The last call that did not get in; null for none.' })
  lastRefusedAt: Date | null;

  @Field(() => RefusalReasonEnum, { nullable: true, description: 'Why that one did not get in.' })
  lastRefusalReason: RefusalReason | null;

  @Field(() => Int, { description: "Links of its people and groups that wait for somebody's decision." })
  waitingLinksCount: number;

  @Field(() => Int, { description: 'Links of its people and groups whose name is taken in the product.' })
  conflictsCount: number;

  @Field(() => Int, {
    description: 'People and groups that wait because the directory is observing or paused; 0 while it is active.',
  })
  unlinkedRecordsCount: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the first of its living tokens ends by itself; null when none does.',
  })
  nextTokenExpiryAt: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When one of its tokens was last used, to the minute; null for never.',
  })
  lastTokenUseAt: Date | null;

  @Field(() => Int, {
    description: `How many living secrets of its OAuth clients end within ${SECRET_WARNING_DAYS} days: add new ones in time.`,
  })
  expiringSecretsCount: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the first of the living secrets of its OAuth clients ends; null when there is none.',
  })
  nextSecretExpiryAt: Date | null;
}
