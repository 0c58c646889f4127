using System.Text;

namespace DeviceAgent.Commands;

/// <summary>Writes lines to a file that is complete and on the medium, or not there.</summary>
internal static class ExportFile
{
    public static async Task<long> WriteAsync(string path, IAsyncEnumerable<string> lines, CancellationToken cancellationToken)
    {
        var partial = path + ".partial";
        long count = 0;
        try
        {
            var file = new FileStream(partial, FileMode.Create, FileAccess.Write);
            await using (file.ConfigureAwait(false))
            {
                await foreach (var line in lines.ConfigureAwait(false))
                {
                    await file.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellationToken).ConfigureAwait(false);
                    count++;
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
            return count;
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
