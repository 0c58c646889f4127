namespace DeviceAgent.Commands.Init;

/// <summary>Asks a person; where there is none, notes what is missing.</summary>
/// <param name="output">The terminal.</param>
/// <param name="input">What is typed there.</param>
/// <param name="asks">Whether somebody answers.</param>
/// <param name="takesProposals">Whether proposals are taken without asking.</param>
internal sealed class Questions(TextWriter output, TextReader input, bool asks, bool takesProposals)
{
    private readonly List<string> _missing = [];

    /// <summary>Whether there is somebody who answers.</summary>
    public bool Asks => asks;

    /// <summary>The answer, which has passed the check; null where there is none, which is noted.</summary>
    /// <param name="question">What is asked, with where the answer is found.</param>
    /// <param name="option">By which it can be given instead.</param>
    /// <param name="proposal">What an empty line stands for; null: nothing does.</param>
    /// <param name="check">Why the answer cannot be taken; null when it can.</param>
    public async Task<string?> AskAsync(Question question, string option, string? proposal, Func<string, string?> check)
    {
        if (proposal is not null && takesProposals && check(proposal) is null) return proposal;
        if (!asks)
        {
            _missing.Add($"  {option,-28} {question.Text}{(question.Where is { } where ? $": {where}" : "")}{(proposal is null ? "" : $" (--yes takes '{proposal}')")}");
            return null;
        }

        if (question.Where is { } help) await output.WriteLineAsync($"\n  {help}").ConfigureAwait(false);
        while (true)
        {
            await output.WriteAsync($"{question.Text}{(proposal is null ? "" : $" [{proposal}]")}: ").ConfigureAwait(false);
            await output.FlushAsync().ConfigureAwait(false);
            var line = await input.ReadLineAsync().ConfigureAwait(false) ?? throw new CommandException("nothing is written: the questions were not all answered");
            var answer = line.Trim() is { Length: > 0 } typed ? typed : proposal;
            if (answer is null) continue;
            if (check(answer) is not { } problem) return answer;
            await output.WriteLineAsync($"  '{answer}': {problem}").ConfigureAwait(false);
        }
    }

    /// <summary>Yes or no; yes where nobody is asked.</summary>
    public async Task<bool> AgreesAsync(string question)
    {
        if (!asks) return true;
        return (await AskAsync(new Question(question), "", "yes", a => a.ToUpperInvariant() is "Y" or "YES" or "N" or "NO" ? null : "is neither yes nor no").ConfigureAwait(false))!.StartsWith("y", StringComparison.OrdinalIgnoreCase);
    }

    /// <exception cref="MissingAnswersException">Something is missing.</exception>
    public void RequireAll(IReadOnlyList<string> besides)
    {
        if (_missing.Count > 0) throw new MissingAnswersException([$"device-agent: nothing is written, standard input is no terminal, and {(_missing.Count == 1 ? "this is" : "these are")} missing:", .. _missing, .. besides.Select(b => $"  note: {b}")]);
    }
}

/// <summary>What is asked.</summary>
/// <param name="Text">In short.</param>
/// <param name="Where">Where the answer is found; null where everybody knows.</param>
internal sealed record Question(string Text, string? Where = null);

/// <summary>There is nobody to ask, and not all is given.</summary>
internal sealed class MissingAnswersException : Exception
{
    public MissingAnswersException()
    {
    }

    public MissingAnswersException(string message) : base(message)
    {
    }

    public MissingAnswersException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public MissingAnswersException(IReadOnlyList<string> lines) : base(string.Join(Environment.NewLine, lines)) => Lines = lines;

    /// <summary>For the person who called.</summary>
    public IReadOnlyList<string> Lines { get; } = [];
}
