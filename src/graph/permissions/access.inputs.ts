import { Field, ID, InputType } from 'type-graphql';

@InputType({ description: 'Whether a user holds a permission.' })
export class AccessQuestionInput {
  @Field(() => ID, { description: 'The user.' })
  userId: string;

  @Field(() => String, { description: 'The permission, such as `screens:publish`.' })
  permission: string;

  @Field(() => ID, {
    nullable: true,
    description: 'In which space; absent asks for the whole organization, whose grants count in every space.',
  })
  spaceId?: string | null;
}
