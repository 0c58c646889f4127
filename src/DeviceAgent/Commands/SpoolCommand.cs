using System.CommandLine;
using System.Text;
using DeviceAgent.Hosting;
using DeviceAgent.Spool;
using DeviceAgent.Storage;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent spool status|dead-letters|export|requeue</c>: works with a running agent and without.</summary>
internal static class SpoolCommand
{
    public static Command Create() =>
        new("spool", "Looks at what waits for upload and at what could not be uploaded, and puts the latter back. Asks the running agent by its socket; opens the spool itself when none runs.")
        {
            Status(), DeadLetters(), Export(), Requeue(),
        };

    private static Command Status()
    {
        var json = new Option<bool>("--json") { Description = "Prints JSON, as in /v1/status." };
        var command = new Command("status", "How many readings wait, how much room is left, what was dropped.") { json };
        return WithSpool(command, async (spool, parsed, cancellationToken) =>
        {
            var status = await spool.StatusAsync(cancellationToken).ConfigureAwait(false);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json)) await output.WriteLineAsync(status.GetRawText()).ConfigureAwait(false);
            else await StatusText.WriteSpoolAsync(output, status, spool.Origin).ConfigureAwait(false);
            return ExitCode.Ok;
        });
    }

    private static Command DeadLetters()
    {
        var json = new Option<bool>("--json") { Description = "Prints one JSON object a line, the readings included." };
        var command = new Command("dead-letters", "Lists the readings that DynamoDB will never accept, with the reason of each.") { json };
        return WithSpool(command, async (spool, parsed, cancellationToken) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            await foreach (var line in spool.DeadLettersAsync(cancellationToken).ConfigureAwait(false))
                await output.WriteLineAsync(parsed.GetValue(json) ? line : StatusText.DeadLetter(line)).ConfigureAwait(false);
            return ExitCode.Ok;
        });
    }

    private static Command Export()
    {
        var letters = new Option<bool>("--dead-letters") { Description = "Exports the dead letters instead; each has its id and reason in the property dead_letter." };
        var file = new Option<string?>("--output", "-o") { Description = "Writes to this file (complete or not at all) instead of standard output.", HelpName = "file" };
        var command = new Command("export", "Writes what waits as NDJSON, in the form that source.kind=stdin and POST /v1/readings read. Nothing is taken out of the spool.") { letters, file };
        return WithSpool(command, async (spool, parsed, cancellationToken) =>
        {
            var lines = parsed.GetValue(letters) ? spool.DeadLettersAsync(cancellationToken) : spool.WaitingAsync(cancellationToken);
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (parsed.GetValue(file) is { } path)
            {
                var count = await ExportFile.WriteAsync(path, lines, cancellationToken).ConfigureAwait(false);
                await error.WriteLineAsync($"{count} readings written to {path}").ConfigureAwait(false);
            }
            else
            {
                await foreach (var line in lines.ConfigureAwait(false)) await output.WriteLineAsync(line).ConfigureAwait(false);
            }

            var status = await spool.StatusAsync(cancellationToken).ConfigureAwait(false);
            if (!status.GetProperty("readable").GetBoolean())
            {
                await error.WriteLineAsync($"device-agent: what lies on the disk is left out, it cannot be read now: {status.GetProperty("memory_reason").GetString()}").ConfigureAwait(false);
                return ExitCode.SpoolUnusable;
            }

            if (parsed.GetValue(letters)) return ExitCode.Ok;
            var unknown = status.GetProperty("unknown_time").GetInt64();
            if (unknown > 0) await error.WriteLineAsync($"left out: {unknown} readings whose time is not known yet, because the device's clock was not set when they were taken").ConfigureAwait(false);
            return ExitCode.Ok;
        });
    }

    private static Command Requeue()
    {
        var ids = new Argument<long[]>("ids") { Description = "Numbers of dead letters, as 'spool dead-letters' shows them.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "Puts all back." };
        var command = new Command("requeue", "Puts dead letters back into the spool, to be uploaded again: once what was wrong with the table is repaired.") { ids, all };
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) == (result.GetValue(ids) is { Length: > 0 })) result.AddError("give either ids or --all");
        });
        return WithSpool(command, async (spool, parsed, cancellationToken) =>
        {
            var wanted = parsed.GetValue(all) ? null : parsed.GetRequiredValue(ids).Distinct().ToArray();
            var requeued = await spool.RequeueAsync(wanted, cancellationToken).ConfigureAwait(false);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{requeued} put back").ConfigureAwait(false);
            if (wanted is null || requeued == wanted.Length) return ExitCode.Ok;
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"device-agent: {wanted.Length - requeued} of {wanted.Length} are not among the dead letters").ConfigureAwait(false);
            return ExitCode.Failure;
        });
    }

    private static Command WithSpool(Command command, Func<ISpoolAccess, ParseResult, CancellationToken, Task<ExitCode>> action)
    {
        var arguments = new ConfigurationArguments();
        arguments.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(arguments, parsed, action, cancellationToken).ConfigureAwait(false));
        return command;
    }

    private static async Task<ExitCode> RunAsync(
        ConfigurationArguments arguments, ParseResult parsed, Func<ISpoolAccess, ParseResult, CancellationToken, Task<ExitCode>> action, CancellationToken cancellationToken)
    {
        if (arguments.TryLoadOptions(parsed) is not { } options) return ExitCode.BadConfiguration;
        var error = parsed.InvocationConfiguration.Error;
        try
        {
            var spool = await OpenAsync(options, cancellationToken).ConfigureAwait(false);
            await using var _ = spool.ConfigureAwait(false);
            return await action(spool, parsed, cancellationToken).ConfigureAwait(false);
        }
        catch (SpoolException e)
        {
            await error.WriteLineAsync($"device-agent: {e.Message}").ConfigureAwait(false);
            return ExitCode.SpoolUnusable;
        }
        catch (Exception e) when (e is CommandException or HttpRequestException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"device-agent: {e.Message}").ConfigureAwait(false);
            return ExitCode.Failure;
        }
    }

    private static async Task<ISpoolAccess> OpenAsync(AgentOptions options, CancellationToken cancellationToken)
    {
        if (await AgentClient.TryConnectAsync(options.Endpoint, cancellationToken).ConfigureAwait(false) is { } agent) return new SpoolOfAgent(agent);
        StateOwner.Become(options.StateDirectory);
        return await SpoolOnDisk.OpenAsync(options).ConfigureAwait(false);
    }
}

/// <summary>Writes lines to a file that is complete and on the medium, or not there; for the caller alone, and never through a link that somebody else made.</summary>
internal static class ExportFile
{
    private const string Ending = ".partial";

    public static async Task<long> WriteAsync(string path, IAsyncEnumerable<string> lines, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(path);
        var (folder, handle) = Create(path, name + Ending);
        using var _ = folder;
        long count = 0;
        try
        {
            var file = new FileStream(handle, FileAccess.Write);
            await using (file.ConfigureAwait(false))
            {
                await foreach (var line in lines.ConfigureAwait(false))
                {
                    await file.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellationToken).ConfigureAwait(false);
                    count++;
                }

                file.Flush(flushToDisk: true);
            }

            using var asCaller = ProcessUser.AsCaller();
            folder.Rename(name + Ending, name);
            return count;
        }
        catch
        {
            using var asCaller = ProcessUser.AsCaller();
            folder.Delete(name + Ending);
            throw;
        }
    }

    /// <summary>As the caller, whose file it is to be; the spool may be read as another user.</summary>
    private static (FolderHandle Folder, SafeFileHandle File) Create(string path, string partial)
    {
        using var _ = ProcessUser.AsCaller();
        var above = Path.GetDirectoryName(Path.GetFullPath(path)) ?? throw new IOException($"'{path}' is no file");
        if (FileStatus.Of(path, follow: false) is { IsFile: false }) throw new IOException($"'{path}' is there and is no file: it would be replaced; name another, or leave out -o to write to standard output");
        var folder = ProcessUser.IsRoot ? FolderHandle.OpenTrusted(above) : FolderHandle.Open(above);
        try
        {
            // What a call that was cut off has left.
            folder.Delete(partial);
            return (folder, folder.Create(partial));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }
}
