using System.Globalization;

namespace DeviceAgent.Readings.Sources;

/// <summary>
/// Reads the small text files of sysfs. Each read opens the file anew and runs in a worker: a driver may hang, and then only its own
/// file is dropped (until that read returns it is not tried again).
/// </summary>
internal sealed class Sysfs(string root, TimeSpan timeout, TimeProvider time)
{
    private const int MaxBytes = 4096;

    private readonly Dictionary<string, Task<string>> _hanging = [];

    public string PathOf(string relative) => Path.Combine(root, relative);

    /// <summary>The directories under <paramref name="relative"/> whose names begin with <paramref name="prefix"/>, by number and name.</summary>
    public IReadOnlyList<string> Directories(string relative, string prefix)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(PathOf(relative), prefix + "*").OrderBy(d => d.Length).ThenBy(d => d, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The file names in a directory, in order; none when it has gone.</summary>
    public static IReadOnlyList<string> Files(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The device that an entry of a class or a bus belongs to; null when the kernel says of none.</summary>
    public DevicePath? DeviceOf(string entry) => DevicePath.Of(Path.GetFullPath(root), Path.GetFullPath(entry));

    /// <summary>The trimmed text, or why it could not be read.</summary>
    public async Task<(string? Text, string? Problem)> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (_hanging.TryGetValue(path, out var hanging))
        {
            if (!hanging.IsCompleted) return (null, $"{path}: an earlier read still hangs");
            _hanging.Remove(path);
        }

        var read = Task.Run(() => ReadWhole(path), CancellationToken.None);
        try
        {
            return (await read.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false), null);
        }
        catch (TimeoutException)
        {
            _hanging[path] = read;
            return (null, $"{path}: no answer within {timeout.TotalSeconds} s");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"{path}: {e.Message}");
        }
    }

    /// <summary>A number in a file of its own.</summary>
    public async Task<(decimal? Number, string? Problem)> ReadNumberAsync(string path, CancellationToken cancellationToken)
    {
        var (text, problem) = await ReadAsync(path, cancellationToken).ConfigureAwait(false);
        if (text is null) return (null, problem);
        return DecimalText.Normalize(text) is { } digits && decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? (number, null)
            : (null, $"{path}: {Shown.Of(text)} is not a number");
    }

    private static string ReadWhole(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var buffer = new byte[MaxBytes];
        var length = 0;
        while (length < MaxBytes && stream.Read(buffer, length, MaxBytes - length) is > 0 and var n) length += n;
        return System.Text.Encoding.UTF8.GetString(buffer, 0, length).Trim();
    }
}
