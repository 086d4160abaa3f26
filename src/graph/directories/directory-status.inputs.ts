import { Field, ID, InputType } from 'type-graphql';
import type { PeopleAfterwards } from '../../domain/links/link-decisions.ts';
import { PeopleAfterwardsEnum } from '../links/link.inputs.ts';

@InputType({ description: 'A directory that observes, or is paused, to activate.' })
export class ActivateDirectoryInput {
  @Field(() => ID, { description: 'The directory.' })
  id: string;

  @Field(() => String, { description: 'The digest of the preview that the decision is on.' })
  digest: string;
}

@InputType({ description: 'An active directory to pause.' })
export class PauseDirectoryInput {
  @Field(() => ID, { description: 'The directory.' })
  id: string;
}

@InputType({ description: 'A directory to disconnect for good.' })
export class RetireDirectoryInput {
  @Field(() => ID, { description: 'The directory.' })
  id: string;

  @Field(() => PeopleAfterwardsEnum, {
    description:
      'KEEP makes the people whom it has as active manual users and manual members of their groups; LET_GO leaves them deactivated unless another directory has them.',
  })
  people: PeopleAfterwards;

  @Field(() => String, { description: 'The name of the directory, since this is final.' })
  confirmName: string;
}
