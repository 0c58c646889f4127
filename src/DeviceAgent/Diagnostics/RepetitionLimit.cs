using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Diagnostics;

/// <summary>
/// Between all that logs and where the lines go: of the lines of one kind (category and template) so many a minute are passed on, and then one that says
/// how many were left out. What somebody else can cause as often as he likes must not fill the journal or wear the flash. The first of each kind always
/// comes through; debug and trace, which are on only while somebody looks, and critical lines are not counted.
/// </summary>
/// <remarks>The provider that writes belongs to whoever made it.</remarks>
internal sealed class RepetitionLimit : ILoggerProvider, ISupportExternalScope
{
    /// <summary>Lines of one kind in a <see cref="Period"/>.</summary>
    public const int Lines = 60;

    /// <summary>More kinds than the program has; what comes after is one kind by category.</summary>
    private const int MostKinds = 2048;

    private const string TemplateName = "{OriginalFormat}";

    public static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Category, string Template), Kind> _kinds = new();
    private readonly ILoggerProvider _inner;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;

    public RepetitionLimit(ILoggerProvider inner, TimeProvider time)
    {
        (_inner, _time) = (inner, time);
        _timer = time.CreateTimer(_ => TellAll(atEnd: false), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ILogger CreateLogger(string categoryName) => new Limited(this, categoryName, _inner.CreateLogger(categoryName));

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => (_inner as ISupportExternalScope)?.SetScopeProvider(scopeProvider);

    public void Dispose()
    {
        _timer.Dispose();
        TellAll(atEnd: true);
    }

    private void TellAll(bool atEnd)
    {
        foreach (var kind in _kinds.Values) kind.Tell(atEnd);
        if (!atEnd && _kinds.Values.Any(k => k.LeftOut > 0)) _timer.Change(Period, Timeout.InfiniteTimeSpan);
    }

    private Kind KindOf(string category, string template, ILogger logger)
    {
        if (_kinds.Count >= MostKinds && !_kinds.ContainsKey((category, template))) template = category;
        return _kinds.GetOrAdd((category, template), key => new Kind(key.Template, logger, _time));
    }

    private static string TemplateOf<TState>(TState state, EventId id) =>
        state is IReadOnlyList<KeyValuePair<string, object?>> { Count: > 0 } values && values[^1] is { Key: TemplateName, Value: string template }
            ? template
            : id.Id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Lines of one kind, in the period that runs.</summary>
    private sealed class Kind(string name, ILogger logger, TimeProvider time)
    {
        private readonly Lock _gate = new();
        private long _began = time.GetTimestamp();
        private int _passed;
        private int _leftOut;
        private LogLevel _level;
        private EventId _id;

        public int LeftOut
        {
            get
            {
                lock (_gate) return _leftOut;
            }
        }

        /// <summary>Whether the line is passed on; the first that is not says so.</summary>
        public (bool Passes, bool IsFirstLeftOut) Count(LogLevel level, EventId id)
        {
            Tell(atEnd: false);
            lock (_gate)
            {
                if (_passed < Lines)
                {
                    _passed++;
                    return (true, false);
                }

                (_level, _id) = (level, id);
                return (false, _leftOut++ == 0);
            }
        }

        /// <summary>Says what was left out, when the period is over, and begins a new one.</summary>
        public void Tell(bool atEnd)
        {
            int leftOut;
            lock (_gate)
            {
                if (!atEnd && time.GetElapsedTime(_began) < Period) return;
                leftOut = _leftOut;
                (_began, _passed, _leftOut) = (time.GetTimestamp(), 0, 0);
            }

            if (leftOut == 0) return;
            var text = string.Create(CultureInfo.InvariantCulture, $"{leftOut} more lines like this within {Period.TotalSeconds:0} s were left out: {name}");
            logger.Log(_level, _id, text, null, static (line, _) => line);
        }
    }

    private sealed class Limited(RepetitionLimit limit, string category, ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!inner.IsEnabled(logLevel)) return;
            if (logLevel is LogLevel.Information or LogLevel.Warning or LogLevel.Error)
            {
                var (passes, isFirst) = limit.KindOf(category, TemplateOf(state, eventId), inner).Count(logLevel, eventId);
                if (isFirst) limit._timer.Change(Period, Timeout.InfiniteTimeSpan);
                if (!passes) return;
            }

            inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
