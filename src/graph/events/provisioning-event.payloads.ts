import { Field, Int, ObjectType } from 'type-graphql';
import { MutationErrorType } from '../mutation-error.type.ts';

@ObjectType({ simpleResolvers: true, description: 'What reporting provisioning events answers.' })
export class ReportProvisioningEventsPayload {
  @Field(() => Int, { description: 'How many were kept.' })
  count: number;

  @Field(() => [MutationErrorType], { description: 'Why nothing was kept; empty on success.' })
  errors: MutationErrorType[];
}
