using System.Text.Json;

namespace DeviceAgent.Control;

/// <summary>
/// Something that operators can ask for from afar, by a job or by the shadow. It ends in one of three outcomes whatever goes
/// wrong, and when the agent is killed in the middle and it is asked for again, it goes on where it was.
/// </summary>
internal interface IOperation
{
    /// <summary>The name in the job document: <c>rotate-role-alias</c>, <c>set-config</c>, ...</summary>
    string Name { get; }

    /// <summary>Does it.</summary>
    /// <param name="arguments">The job document, an object; whatever is in it must be checked.</param>
    /// <param name="progress">Is told of the steps.</param>
    /// <param name="cancellationToken">The agent stops: the operation is asked for again at the next start.</param>
    /// <exception cref="OperationCanceledException">The agent stops.</exception>
    Task<ChangeOutcome> ExecuteAsync(JsonElement arguments, IChangeProgress progress, CancellationToken cancellationToken);
}
