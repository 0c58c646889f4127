namespace DeviceAgent.Credentials;

/// <summary>One option with a value that cannot be used.</summary>
/// <param name="Option">The property's name, e.g. <c>Endpoint</c>.</param>
/// <param name="Value">The value found; empty when it is missing.</param>
/// <param name="What">What is wrong with it.</param>
/// <param name="Remedy">What would be right.</param>
public sealed record OptionProblem(string Option, string Value, string What, string Remedy)
{
    /// <summary>One line: option, value, what, remedy.</summary>
    public override string ToString() => $"{Option} '{Value}': {What}. {Remedy}";
}
