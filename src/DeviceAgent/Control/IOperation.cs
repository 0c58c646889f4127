using System.Text.Json;

namespace DeviceAgent.Control;

/// <summary>
/// Something that operators can ask for remotely, by a job or by the shadow. It ends in one of three outcomes whatever goes
/// wrong, and when the agent is killed in the middle and it is asked for again, it goes on where it was.
/// </summary>
internal interface IOperation
{
    /// <summary>The name in the job document: <c>rotate-role-alias</c>, <c>set-config</c>, ...</summary>
    string Name { get; }

    /// <summary>What the job document may have besides what every one has. Anything else in it is refused: it would have no effect.</summary>
    IReadOnlyList<string> Arguments { get; }

    /// <summary>Does it.</summary>
    /// <param name="arguments">The job document, an object; whatever is in it must be checked.</param>
    /// <param name="progress">Is told of the steps.</param>
    /// <param name="cancellationToken">The agent stops: the operation is asked for again at the next start.</param>
    /// <exception cref="OperationCanceledException">The agent stops.</exception>
    Task<ChangeOutcome> ExecuteAsync(JsonElement arguments, IChangeProgress progress, CancellationToken cancellationToken);
}

/// <summary>Is told how far a change has come. What it does with that must not fail the change.</summary>
internal interface IChangeProgress
{
    /// <param name="step">One word: <c>fetching</c>, <c>proving</c>, <c>committed</c>, <c>probation</c>, ...</param>
    void Reached(string step);
}

/// <summary>The operations, as a job document names them.</summary>
internal static class OperationNames
{
    public const string RotateRoleAlias = "rotate-role-alias";
    public const string RotateCertificate = "rotate-certificate";
    public const string SetConfig = "set-config";
    public const string RefreshCredentials = "refresh-credentials";
    public const string Report = "report";

    /// <summary>In every job document: which operation.</summary>
    public const string Operation = "operation";

    /// <summary>In every job document: until when; may be left out.</summary>
    public const string ExpiresAt = "expiresAt";

    /// <summary>What every job document may have.</summary>
    public static IReadOnlyList<string> EveryDocument { get; } = [Operation, ExpiresAt];
}
