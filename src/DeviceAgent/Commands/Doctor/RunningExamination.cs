using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Hosting;

namespace DeviceAgent.Commands.Doctor;

/// <summary>The doctor's checks within the running agent, with the identity that it holds: for a report that an operator asks for.</summary>
internal static class RunningExamination
{
    /// <summary>A device whose network swallows everything is not examined for ever.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static DeviceExamination Of(AgentOptions options, DeviceIdentitySource source) => async cancellationToken =>
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var findings = new List<Finding>();
        var isWhole = true;
        try
        {
            using var use = source.Use();
            var agent = await RunningAgentView.AskAsync(options, patience.Token).ConfigureAwait(false);
            await foreach (var finding in new Examination(options, use.Identity, [], agent, writes: false).RunAsync(patience.Token).ConfigureAwait(false)) findings.Add(finding);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            isWhole = false;
        }

        return
        [
            $"{DoctorReport.Verdict(findings)}{(isWhole ? "" : " The examination was cut short after two minutes.")}",
            .. findings.Where(f => f.Result is FindingResult.Failure or FindingResult.Warning).OrderByDescending(f => f.Result).Select(DoctorReport.Line),
        ];
    };
}
