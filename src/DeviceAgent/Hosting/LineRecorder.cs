using DeviceAgent.Credentials.Text;
using DeviceAgent.Diagnostics;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Hosting;

/// <summary>Before the console: notes what it is about to print in <see cref="RecentLines"/>.</summary>
/// <remarks>The provider that writes belongs to whoever made it.</remarks>
internal sealed class LineRecorder(ILoggerProvider inner, RecentLines lines, TimeProvider time) : ILoggerProvider, ISupportExternalScope
{
    /// <summary>In characters: longer ones are in the journal.</summary>
    private const int Longest = 2000;

    public ILogger CreateLogger(string categoryName) => new Recorded(this, LogLine.ComponentOf(categoryName), inner.CreateLogger(categoryName));

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => (inner as ISupportExternalScope)?.SetScopeProvider(scopeProvider);

    public void Dispose()
    {
    }

    private void Note(LogLevel level, string component, EventId id, string message) =>
        lines.Note(new LoggedLine(time.GetUtcNow(), LogLine.NameOf(level), component, id.Id, PrintableText.Of(message, Longest)!), level >= LogLevel.Warning);

    private sealed class Recorded(LineRecorder recorder, string component, ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!inner.IsEnabled(logLevel)) return;
            if (logLevel >= LogLevel.Warning || recorder.KeepsLines) recorder.Note(logLevel, component, eventId, exception is null ? formatter(state, null) : $"{formatter(state, exception)} {exception.Message}");
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }

    private bool KeepsLines => lines.KeepsLines;
}
