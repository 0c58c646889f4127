using System.CommandLine;
using Spectre.Console;

namespace DeviceAgent.Fleet.Output;

/// <summary>Where a command writes: for a person at a terminal with colours and what moves, else in plain lines (also with <c>NO_COLOR</c>).</summary>
internal sealed class Screen(TextWriter output, TextWriter error, IAnsiConsole? console, bool canAsk)
{
    private const string NoColour = "NO_COLOR";

    public TextWriter Out => output;

    public TextWriter Error => error;

    /// <summary>For a person; null: plain lines.</summary>
    public IAnsiConsole? Console => console;

    public static Screen Of(InvocationConfiguration configuration)
    {
        var isPerson = configuration.Output == System.Console.Out && !System.Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(NoColour));
        return new Screen(configuration.Output, configuration.Error, isPerson ? AnsiConsole.Console : null, !System.Console.IsInputRedirected && !System.Console.IsOutputRedirected);
    }

    /// <summary>Whether the operator says yes. Null: nobody can be asked.</summary>
    public async Task<bool?> AskAsync(string question, CancellationToken cancellationToken)
    {
        if (!canAsk) return null;
        await output.WriteAsync($"{question} [y/N] ").ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        return (await System.Console.In.ReadLineAsync(cancellationToken).ConfigureAwait(false))?.Trim() is "y" or "Y" or "yes";
    }
}
