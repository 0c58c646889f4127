using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Storage;

/// <summary>Puts the content in the place of a file's, durably.</summary>
internal delegate void WriteFile(string path, ReadOnlySpan<byte> content);

/// <summary>
/// A small JSON file in the state directory, always replaced as a whole: after a power cut it is the old one or the new one. A damaged
/// one is kept beside as <c>NAME.corrupt-1</c>, <c>-2</c>, ..., the reader says so, and the default is used. One that cannot be read at all (its
/// rights, the medium) may be a good one: the default is used, and it is never overwritten. The caller locks.
/// </summary>
/// <param name="path">Its folder is made by the first write.</param>
/// <param name="json">The form on disk.</param>
/// <param name="check">Why a value cannot be used although it could be read; null when it can.</param>
/// <param name="write">How it is written; null for <see cref="DurableFile.Write"/>.</param>
/// <param name="maxBytes">Far more than the state needs; what is larger counts as damaged.</param>
internal sealed class StateFile<T>(string path, JsonTypeInfo<T> json, Func<T, string?>? check = null, WriteFile? write = null, int maxBytes = 1024 * 1024) where T : class
{
    /// <summary>So many damaged ones are kept, the newest: a disk that damages each of them must not fill up.</summary>
    private const int MostKept = 3;

    private const string CorruptEnding = ".corrupt-";

    private bool _isUnread;

    public string Path => path;

    /// <summary>Only looks: for commands that must write nothing.</summary>
    public StateReading<T> Read()
    {
        var reading = Look();
        _isUnread = reading.Fault is not null;
        return reading;
    }

    private StateReading<T> Look()
    {
        byte[] bytes = [];
        try
        {
            // Opened rather than asked for: whether it is there cannot be told either when the medium fails.
            var value = JsonSerializer.Deserialize(bytes = InputFile.Read(path, maxBytes), json);
            return (value is null ? "it is empty" : check?.Invoke(value)) is { } problem ? Damaged(problem) : new StateReading<T>(value);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new StateReading<T>(null);
        }
        catch (FileTooLongException)
        {
            return Damaged($"it is larger than {maxBytes} bytes");
        }
        catch (NotAFileException e) when (!Directory.Exists(path))
        {
            // A pipe, a socket or a device never held a state; a folder may be somebody's.
            return Damaged(e.Message);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException)
        {
            return Damaged(e is JsonException fault ? JsonInput.Describe(fault, bytes) : e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new StateReading<T>(null, $"'{path}' cannot be read ({e.Message})", e);
        }
    }

    /// <summary>The same for the agent itself: a damaged file is moved aside, so that the next write does not destroy it.</summary>
    public StateReading<T> Recover()
    {
        var reading = Read();
        return reading is { Problem: { } problem, Fault: null } ? reading with { Problem = $"{problem}; {KeepAside()}" } : reading;
    }

    /// <exception cref="IOException">It could not be written, or there is one that could not be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Write(T value)
    {
        if (_isUnread)
        {
            if (Look() != new StateReading<T>(null)) throw new IOException($"'{path}' could not be read and is therefore not overwritten: let the agent's user read it, or move it away, and start the agent again");
            _isUnread = false;
        }

        PrivateFolder.Make(System.IO.Path.GetDirectoryName(path)!);
        var content = JsonSerializer.SerializeToUtf8Bytes(value, json);
        if (write is null) DurableFile.Write(path, content);
        else write(path, content);
    }

    /// <returns>Null; or why it could not be written.</returns>
    public string? TryWrite(T value)
    {
        try
        {
            Write(value);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <exception cref="IOException">It could not be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Delete() => File.Delete(path);

    private StateReading<T> Damaged(string problem) => new(null, $"'{path}' cannot be understood ({problem})");

    private string KeepAside()
    {
        try
        {
            var kept = Kept();
            var aside = $"{path}{CorruptEnding}{kept.FirstOrDefault() + 1}";
            DurableFile.Move(path, aside);
            foreach (var old in kept.Skip(MostKept - 1)) File.Delete($"{path}{CorruptEnding}{old}");
            return $"it is kept as '{aside}'";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"it cannot be kept aside ({e.Message})";
        }
    }

    /// <summary>The numbers of those that are there, the newest first.</summary>
    private List<int> Kept()
    {
        var start = System.IO.Path.GetFileName(path) + CorruptEnding;
        return [.. Directory.GetFiles(System.IO.Path.GetDirectoryName(path)!, start + "*")
            .Select(f => int.TryParse(System.IO.Path.GetFileName(f)[start.Length..], out var number) ? number : 0)
            .Where(n => n > 0).OrderDescending()];
    }
}

/// <summary>The content of a state file.</summary>
/// <param name="Value">Null where there is no file, or none that can be used: the default counts.</param>
/// <param name="Problem">Why the file cannot be used, for the log; null when nothing is wrong.</param>
/// <param name="Fault">Set when it could not be read at all, which says nothing about its content.</param>
internal sealed record StateReading<T>(T? Value, string? Problem = null, Exception? Fault = null) where T : class;
