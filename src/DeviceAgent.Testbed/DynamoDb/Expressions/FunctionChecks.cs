using DeviceAgent.Testbed.DynamoDb.Values;

namespace DeviceAgent.Testbed.DynamoDb.Expressions;

/// <summary>Are the operands of a function, a comparison or a BETWEEN such that it can be evaluated at all?</summary>
internal sealed class FunctionChecks(Problems problems)
{
    private static readonly Dictionary<string, int> OperandCounts = new()
    {
        ["attribute_exists"] = 1,
        ["attribute_not_exists"] = 1,
        ["attribute_type"] = 2,
        ["begins_with"] = 2,
        ["contains"] = 2,
        ["size"] = 1,
    };

    public bool Check(string name, IReadOnlyList<Operand> operands)
    {
        if (!OperandCounts.TryGetValue(name, out var count))
        {
            problems.Add(Problem.UnknownFunction, $"Invalid function name; function: {name}");
            return false;
        }

        if (operands.Count != count)
        {
            problems.Add(Problem.OperandCount,
                $"Incorrect number of operands for operator or function; operator or function: {name}, number of operands: {operands.Count}");
            return false;
        }

        if (count == 2) CheckDistinct(name, operands[0], operands[1]);
        CheckTypes(name, operands);
        return true;
    }

    public void CheckDistinct(string name, Operand first, Operand second)
    {
        if (first is PathOperand x && second is PathOperand y && x.Path.IsSame(y.Path))
            problems.Add(Problem.NotDistinct,
                $"The first operand must be distinct from the remaining operands for this operator or function; operator: {name}, first operand: {x.Path}");
    }

    public void CheckBounds(Operand low, Operand high)
    {
        if (low is not ValueOperand { Value: var x } || high is not ValueOperand { Value: var y }) return;
        var wrong = x.Type != y.Type ? "same data type for lower and upper bounds"
            : AttributeComparer.Compare(x, y) > 0 ? "upper bound to be greater than or equal to lower bound"
            : null;
        if (wrong is not null)
            problems.Add(Problem.OperandType, $"The BETWEEN operator requires {wrong}; lower bound operand: {Shown(x)}, upper bound operand: {Shown(y)}");
    }

    private void CheckTypes(string name, IReadOnlyList<Operand> operands)
    {
        switch (name)
        {
            case "attribute_exists" or "attribute_not_exists" when operands[0] is not PathOperand:
                problems.Add(Problem.OperandType, $"Operator or function requires a document path; operator or function: {name}");
                break;
            case "begins_with":
                foreach (var operand in operands)
                {
                    if (operand.KnownType is not (null or AttributeType.S or AttributeType.B)) AddType(name, operand.KnownType.ToString());
                }

                break;
            case "attribute_type":
                CheckTypeName(name, operands[1]);
                break;
            case "size" when operands[0].KnownType is AttributeType.N or AttributeType.BOOL or AttributeType.NULL:
                AddType(name, operands[0].KnownType.ToString());
                break;
            default:
                break;
        }
    }

    private void CheckTypeName(string name, Operand operand)
    {
        if (operand is not ValueOperand { Value: { Type: AttributeType.S } type }) AddType(name, operand.KnownType?.ToString() ?? "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}");
        else if (!Enum.GetNames<AttributeType>().Contains(type.Text))
            problems.Add(Problem.OperandType, $"Invalid attribute type name found; type: {type.Text}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}");
    }

    private void AddType(string name, string? type) =>
        problems.Add(Problem.OperandType, $"Incorrect operand type for operator or function; operator or function: {name}, operand type: {type}");

    private static string Shown(AttributeValue value) => $"AttributeValue: {{{value.Type}:{value.ToPlainText()}}}";
}
