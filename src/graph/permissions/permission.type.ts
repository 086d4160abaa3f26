import { Field, ObjectType } from 'type-graphql';

@ObjectType('Permission', {
  simpleResolvers: true,
  description: 'Something that the product, or Rollcall itself, lets people do.',
})
export class PermissionType {
  @Field(() => String, { description: 'Its name, such as `screens:publish`; `rollcall:*` are built in.' })
  name: string;

  @Field(() => String, { description: 'What it allows.' })
  description: string;

  @Field(() => Boolean, { description: 'Whether a group that grants it is protected.' })
  isSensitive: boolean;

  @Field(() => Boolean, { description: 'Whether the built-in reader set holds it.' })
  isForReaders: boolean;
}
