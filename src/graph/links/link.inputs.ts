import { Field, ID, InputType } from 'type-graphql';

@InputType({ description: 'A waiting link to activate.' })
export class ApproveLinkInput {
  @Field(() => ID, { description: 'The link.' })
  id: string;

  @Field(() => String, { description: 'The digest of the preview that the decision is on.' })
  digest: string;
}

@InputType({ description: 'A waiting link to decline.' })
export class RejectLinkInput {
  @Field(() => ID, { description: 'The link.' })
  id: string;
}
