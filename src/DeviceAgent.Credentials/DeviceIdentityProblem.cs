namespace DeviceAgent.Credentials;

/// <summary>One thing that is wrong with the device's certificate, key or chain.</summary>
/// <param name="Subject">What it is about: a path, or the certificate's subject.</param>
/// <param name="What">What is wrong, e.g. <c>the file does not exist</c>.</param>
/// <param name="Remedy">What to do about it, with the concrete command where there is one.</param>
public sealed record DeviceIdentityProblem(string Subject, string What, string Remedy)
{
    /// <summary>One line: subject, what, remedy.</summary>
    public override string ToString() => $"{Subject}: {What}. {Remedy}";
}
