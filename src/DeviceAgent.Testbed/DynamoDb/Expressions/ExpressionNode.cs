namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>A part of a condition expression: a <see cref="Condition"/> or an <see cref="Operand"/>.</summary>
internal abstract class ExpressionNode;
